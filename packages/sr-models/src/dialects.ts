/** The names that published implementations give to the same parameters, and what else their files hold: data. */
import type { Network } from 'sr-tensor';

/** How an implementation writes the weights of a network. */
export interface Dialect {
  /** How parameters begin here and there; `#` stands for a number, the same ones in the same order in both. */
  readonly renamed?: readonly (readonly [here: string, there: string])[];
  /** What its files hold beside the parameters, and nothing here uses. */
  readonly extras?: Readonly<Record<string, Extra>>;
}

/** A tensor of fixed values, in PyTorch's order of axes, or a copy of another of the file. */
export type Extra =
  | { readonly shape: readonly number[]; readonly values: readonly number[] }
  | { readonly copy: string };

/** 255 times DIV2K's mean colour, in float32: what frozen convolutions of EDSR-PyTorch subtract and add. */
const edsrMean = [0.4488, 0.4371, 0.404].map(value => 255 * Math.fround(value));
const identity = { shape: [3, 3, 1, 1], values: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
const centralDifference = [0, 0, 0, -1, 0, 1, 0, 0, 0];

/** Those of a network, by the name of the implementation. */
export function dialectsOf({ name, config }: Network): Readonly<Record<string, Dialect>> {
  const { blocks, channels, scale } = config as { blocks: number; channels: number; scale: number };
  switch (name) {
    case 'rrdbnet':
      return {
        // xinntao/ESRGAN since 2020.
        esrgan: {
          renamed: [
            ['body.#.rdb#.', 'RRDB_trunk.#.RDB#.'],
            ['conv_body.', 'trunk_conv.'],
            ['conv_up#.', 'upconv#.'],
            ['conv_hr.', 'HRconv.'],
          ],
        },
        // And before: nested lists.
        'esrgan-old': {
          renamed: [
            ['conv_first.', 'model.0.'],
            ['body.#.rdb#.conv#.', 'model.1.sub.#.RDB#.conv#.0.'],
            ['conv_body.', `model.1.sub.${blocks}.`],
            ['conv_up1.', 'model.3.'],
            ['conv_up2.', 'model.6.'],
            ['conv_hr.', 'model.8.'],
            ['conv_last.', 'model.10.'],
          ],
        },
      };
    case 'msrresnet':
      return {
        // open-mmlab/mmsr.
        mmsr: {
          renamed: [
            ['body.#.', 'recon_trunk.#.'],
            ['conv_hr.', 'HRconv.'],
          ],
        },
      };
    case 'edsr':
      return {
        'edsr-pytorch': {
          extras: {
            'sub_mean.weight': identity,
            'sub_mean.bias': { shape: [3], values: edsrMean.map(value => -value) },
            'add_mean.weight': identity,
            'add_mean.bias': { shape: [3], values: edsrMean },
          },
        },
        basicsr: {
          renamed: [
            ['head.0.', 'conv_first.'],
            [`body.${blocks}.`, 'conv_after_body.'],
            ['body.#.body.0.', 'body.#.conv1.'],
            ['body.#.body.2.', 'body.#.conv2.'],
            ['tail.0.#.', 'upsample.#.'],
            ['tail.1.', 'conv_last.'],
          ],
        },
      };
    case 'spsr': {
      // Each enlargement is three layers; behind the last its list refers to this convolution once more.
      const second = `model.${2 + 3 * Math.log2(scale)}`;
      return {
        spsr: {
          extras: {
            'get_g_nopadding.weight_h': { shape: [1, 1, 3, 3], values: centralDifference },
            'get_g_nopadding.weight_v': { shape: [1, 1, 3, 3], values: [0, -1, 0, 0, 0, 0, 0, 1, 0] },
            [`${second}.weight`]: { copy: 'HR_conv0_new.0.weight' },
            [`${second}.bias`]: { copy: 'HR_conv0_new.0.bias' },
          },
        },
        // Its picture branch is an RRDB network, which is trained first; that one's last convolution has no counterpart.
        rrdbnet: {
          renamed: [
            ['model.0.', 'conv_first.'],
            ['model.1.sub.#.RDB#.conv#.0.', 'body.#.rdb#.conv#.'],
            [`model.1.sub.${blocks}.`, 'conv_body.'],
            ['model.3.', 'conv_up1.'],
            ['model.6.', 'conv_up2.'],
            ['HR_conv0_new.0.', 'conv_hr.'],
          ],
        },
      };
    }
    case 'tsrn': {
      if (scale !== 8) return {};
      // A batch norm that the authors' network of x8 has and does not apply.
      const filled = (value: number): Extra => ({ shape: [channels], values: Array<number>(channels).fill(value) });
      return {
        tsrn: {
          extras: {
            'bn1.weight': filled(1),
            'bn1.bias': filled(0),
            'bn1.running_mean': filled(0),
            'bn1.running_var': filled(1),
          },
        },
      };
    }
    default:
      return {};
  }
}

/** The name with another beginning, or undefined where it begins otherwise. */
export function renamed(name: string, [from, to]: readonly [string, string]): string | undefined {
  const pattern = new RegExp(`^${from.replaceAll('.', '\\.').replaceAll('#', '(\\d+)')}`);
  const found = pattern.exec(name);
  if (found === null) return undefined;
  const numbers = found.slice(1);
  return to.replaceAll('#', () => numbers.shift()!) + name.slice(found[0].length);
}
