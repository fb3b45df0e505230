/**
 * SPSR's generator (Ma et al., "Structure-preserving super resolution with gradient guidance", CVPR 2020, section 3.2;
 * layers and names of the authors' code): ESRGAN's trunk, a branch that enlarges the picture's gradient map with the
 * trunk's features, and a fusion of both.
 */
import { add, concat, type Tensor4D, tidy, zerosLike } from '@tensorflow/tfjs-core';
import {
  conv2d,
  defineNetwork,
  gradientMap,
  kaimingNormal,
  type Network,
  type ParameterSpec,
  type Scope,
} from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { enlarge } from '../enlarge.js';
import { chain, convSpecs, radiusOf, range } from './layers.js';
import { leaky, type RrdbNames, rrdb, rrdbReach, rrdbSpecs } from './rrdb.js';

/** Shape of an SPSR generator. */
export interface SpsrConfig {
  /** The enlargement, 2, 4 or 8; default 4. */
  readonly scale?: number;
  /** Default 64. */
  readonly channels?: number;
  /** Residual-in-residual blocks of the trunk; default 23. */
  readonly blocks?: number;
  /** Channels that each convolution within a dense block adds; default 32. */
  readonly growth?: number;
  /** Whether there is a gradient branch; without it the fusion sees zeros in its place. Default true. */
  readonly branch?: boolean;
}

/** The branch takes features from the trunk four times, each after this many blocks (or after the last). */
const tapEvery = 5;
const taps = 4;

/**
 * SPSR's generator; 24,796,230 parameters with the defaults, 18,339,395 without the branch. Weights start a tenth as
 * strong as Kaiming's.
 *
 * Outputs beside the picture, for `context.output`: `gradient`, the gradient map of the large picture as the branch
 * sees it, `[batch, height * scale, width * scale, 3]`; `inputGradient`, that of the small one.
 *
 * @param config scale (default 4), channels (64), blocks (23), growth (32), branch (true)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = spsr({ channels: 8, blocks: 1, growth: 4 });
 * const parameters = Parameters.create(network.parameters, { seed: 1 });
 * const { output, outputs } = runNetwork({ network, parameters }, images, { mode: 'training', outputs: true });
 * const edges = outputs.get('gradient');
 */
export function spsr(config: SpsrConfig = {}): Network {
  checkOptions('spsr', config, {
    scale: oneOf([2, 4, 8]),
    channels: integerIn(1, 1024),
    blocks: integerIn(1, 256),
    growth: integerIn(1, 1024),
    branch: oneOf([true, false]),
  });
  const { scale = 4, channels = 64, blocks = 23, growth = 32, branch = true } = config;
  const stages = Math.log2(scale);
  const init = kaimingNormal({ scale: 0.1 });
  // The authors' modules are lists without names: enlargement, convolution and activation take turns in them.
  const model = range(stages).map(i => `model.${3 + 3 * i}`);
  const module = range(stages).map(i => `b_module.${1 + 3 * i}`);
  const moduleEnd = [`b_module.${3 * stages}`, `b_module.${3 * stages + 2}`] as const;
  const trunk = `model.1.sub.${blocks}`;
  const namesOf =
    (block: string): RrdbNames =>
    (dense, conv) =>
      `${block}.RDB${dense + 1}.conv${conv + 1}.0`;
  const tapsOf = range(taps).map(i => Math.min((i + 1) * tapEvery, blocks));

  const parameters: Record<string, ParameterSpec> = convSpecs('model.0', { from: 3, to: channels, init });
  const plain = (name: string): void => {
    Object.assign(parameters, convSpecs(name, { from: channels, to: channels, init }));
  };
  const joint = (block: string, reduce: string): void => {
    Object.assign(
      parameters,
      rrdbSpecs(namesOf(block), { channels: 2 * channels, growth, init }),
      convSpecs(reduce, { from: 2 * channels, to: channels, init }),
    );
  };
  for (const i of range(blocks)) {
    Object.assign(parameters, rrdbSpecs(namesOf(`model.1.sub.${i}`), { channels, growth, init }));
  }
  for (const name of [trunk, ...model, 'HR_conv0_new.0', 'HR_conv1_new.0']) plain(name);
  if (branch) {
    Object.assign(parameters, convSpecs('b_fea_conv.0', { from: 3, to: channels, init }));
    for (const i of range(taps)) joint(`b_block_${i + 1}`, `b_concat_${i + 1}.0`);
    for (const name of ['b_LR_conv.0', ...module, ...moduleEnd]) plain(name);
    Object.assign(parameters, convSpecs('conv_w.0', { from: channels, to: 3, size: 1, init }));
  }
  joint('f_block', 'f_concat.0');
  plain('f_HR_conv0.0');
  Object.assign(parameters, convSpecs('f_HR_conv1.0', { from: channels, to: 3, init }));

  const enlargeBy = (p: Scope, names: readonly string[]) =>
    names.map(
      name =>
        (f: Tensor4D): Tensor4D =>
          conv2d(enlarge(f, { scale: 2, base: 'nearest' }), p(name), leaky),
    );
  // The longest way at the small size: through the trunk, or from it into the branch at one of the taps.
  const ways = branch ? tapsOf.map((blocksBefore, i) => rrdbReach * blocksBefore + (taps - i) * (rrdbReach + 1)) : [];
  const small = 1 + Math.max(rrdbReach * blocks, ...ways, branch ? 1 + taps * (rrdbReach + 1) : 0) + 1 + 1;
  return defineNetwork({
    name: 'spsr',
    config: { scale, channels, blocks, growth, branch },
    scale,
    radius: radiusOf([
      { reach: small },
      ...range(stages).map(i => ({ factor: 2, reach: 1 + (i === stages - 1 ? 2 + rrdbReach + 3 : 0) })),
    ]),
    parameters,
    outputs: branch ? ['gradient', 'inputGradient'] : [],
    apply(x, p, context): Tensor4D {
      const first = conv2d(x, p('model.0'));
      const tapped: Tensor4D[] = [];
      let features = first;
      for (const i of range(blocks)) {
        const next = rrdb(features, p, namesOf(`model.1.sub.${i}`));
        if (features !== first && !tapped.includes(features)) features.dispose();
        features = next;
        while (tapsOf[tapped.length] === i + 1) tapped.push(features);
      }
      const details = chain(features, [
        f => add(first, conv2d(f, p(trunk))),
        ...enlargeBy(p, model),
        f => conv2d(f, p('HR_conv0_new.0'), leaky),
        f => conv2d(f, p('HR_conv1_new.0')),
      ]);

      let edges: Tensor4D;
      if (branch) {
        const map = gradientMap(x);
        const begin = conv2d(map, p('b_fea_conv.0'));
        edges = chain(begin, [
          ...range(taps).map(i => (f: Tensor4D) => {
            const block = rrdb(concat([f, tapped[i]!], 3), p, namesOf(`b_block_${i + 1}`));
            return conv2d(block, p(`b_concat_${i + 1}.0`));
          }),
          f => add(begin, conv2d(f, p('b_LR_conv.0'))),
          ...enlargeBy(p, module),
          f => conv2d(f, p(moduleEnd[0]), leaky),
          f => conv2d(f, p(moduleEnd[1])),
        ]);
        if (context.output !== undefined) {
          context.output('gradient', conv2d(edges, p('conv_w.0')));
          context.output('inputGradient', map);
        }
      } else {
        edges = zerosLike(details);
      }
      const fused = tidy(() => concat<Tensor4D>([edges, details], 3));
      return chain(fused, [
        f => conv2d(rrdb(f, p, namesOf('f_block')), p('f_concat.0')),
        f => conv2d(f, p('f_HR_conv0.0'), leaky),
        f => conv2d(f, p('f_HR_conv1.0')),
      ]);
    },
  });
}
