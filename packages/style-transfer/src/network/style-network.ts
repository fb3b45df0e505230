/**
 * Image transformation networks: two convolutions that halve, residual blocks, two layers that double.
 *
 * | preset | source | norm | padding | doubling | output | weights |
 * |---|---|---|---|---|---|---|
 * | `johnson` | Johnson et al., ECCV 2016, supplement, table 1 | batch | 40 mirrored pixels once | transposed | 127.5 (1 + tanh) | 1,679,235 |
 * | `fast-neural-style` | github.com/jcjohnson/fast-neural-style | instance | the same | transposed | 150 tanh + mean | 1,679,235 |
 * | `pytorch-examples` | github.com/pytorch/examples, fast_neural_style | instance | mirrored before each layer | nearest | linear | 1,679,235 |
 * | `small` | ours: the former at three eighths of its width | instance | mirrored before each layer | nearest | 150 tanh + mean | 240,915 |
 *
 * In halves of floats `small` takes 482 kB. With `styles` above 1 every normalisation has a factor and an offset for each
 * style (conditional instance normalisation: Dumoulin et al., "A learned representation for artistic style", ICLR 2017).
 */
import {
  add,
  matMul,
  mul,
  reshape,
  slice,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  type ApplyContext,
  batchNormLayer,
  batchNormSpecs,
  checkShape,
  defineNetwork,
  instanceNorm,
  type Network,
  ones,
  type ParameterSpec,
  type Scope,
  SrError,
  torchDefault,
  zeros,
} from 'sr-tensor';
import { enter, leave, runLayers, type StyleLayer, type StyleOutput } from './layers.js';

export type StylePresetName = 'johnson' | 'fast-neural-style' | 'pytorch-examples' | 'small';

/** What a style network is built of. */
export interface StyleNetworkConfig {
  /** Of the first layer, a quarter of the most; default 32, of `small` 12. */
  readonly channels?: number;
  /** Residual blocks; default 5. */
  readonly blocks?: number;
  /** Default: the preset's. */
  readonly norm?: 'batch' | 'instance';
  /** `reflect-start`: mirrored pixels once, blocks without padding; `zero`, `reflect`: before every layer. */
  readonly padding?: 'reflect-start' | 'zero' | 'reflect';
  readonly upsampling?: 'transposed' | 'nearest';
  readonly output?: StyleOutput;
  /** How many styles one network knows; default 1. More need `norm: 'instance'`. */
  readonly styles?: number;
}

export interface StyleNetworkOptions extends StyleNetworkConfig {
  /** The published form that the other options change; default `'johnson'`. */
  readonly preset?: StylePresetName;
}

/** A network that keeps the size of pictures, and that may know several styles. */
export interface StyleNetwork extends Network {
  readonly name: 'style';
  readonly config: Readonly<Record<string, unknown>> & Required<StyleNetworkConfig>;
  /** Its convolutions in order. */
  readonly layers: readonly StyleLayer[];
  /** Mirrored pixels around the picture before the first layer. */
  readonly margin: number;
  /**
   * `apply` with the styles of each picture. (`apply` itself takes all styles to equal parts.)
   *
   * @param mixture `[1 or batch, styles]`, parts that sum to 1 in each row
   */
  applyStyles(x: Tensor4D, p: Scope, context: ApplyContext, mixture: Tensor2D): Tensor4D;
}

const presets: Readonly<Record<StylePresetName, Required<StyleNetworkConfig>>> = {
  johnson: {
    channels: 32,
    blocks: 5,
    norm: 'batch',
    padding: 'reflect-start',
    upsampling: 'transposed',
    output: 'paper',
    styles: 1,
  },
  // models.lua: -arch, -use_instance_norm 1, -padding_type reflect-start, -tanh_constant 150.
  'fast-neural-style': {
    channels: 32,
    blocks: 5,
    norm: 'instance',
    padding: 'reflect-start',
    upsampling: 'transposed',
    output: 'code',
    styles: 1,
  },
  // transformer_net.py.
  'pytorch-examples': {
    channels: 32,
    blocks: 5,
    norm: 'instance',
    padding: 'reflect',
    upsampling: 'nearest',
    output: 'linear',
    styles: 1,
  },
  small: {
    channels: 12,
    blocks: 5,
    norm: 'instance',
    padding: 'reflect',
    upsampling: 'nearest',
    output: 'code',
    styles: 1,
  },
};

/** The published forms by name. */
export const stylePresetNames: readonly StylePresetName[] = Object.keys(presets) as StylePresetName[];

/**
 * Johnson's image transformation network and its kin; the table of this file's head lists the presets.
 *
 * Names of parameters are those of PyTorch's example (`conv1.conv2d.weight`, `res1.in1.weight`), batch norms being called `bn`.
 * Where height or width are no multiples of 4 the layers give up to three pixels more, which are cut off.
 *
 * @param options preset, and what differs from it
 * @returns a network from `[batch, height, width, 3]` to the same shape. `reflect-start` needs sides above 8 x blocks pixels
 * @throws `network/config`
 * @see Johnson et al., "Perceptual losses for real-time style transfer and super-resolution", ECCV 2016, supplement
 * @example
 * const network = styleNetwork({ preset: 'johnson', norm: 'instance' });
 * const small = styleNetwork({ preset: 'small', styles: 6 });
 */
export function styleNetwork(options: StyleNetworkOptions = {}): StyleNetwork {
  const config = configOf(options);
  const { norm, output, padding, blocks, styles } = config;
  const layers = layersOf(config);
  // What the blocks take off at a quarter of the size: two pixels a layer, two layers a block, on both sides together.
  const margin = padding === 'reflect-start' ? (4 * 2 * 2 * blocks) / 2 : 0;

  const applyStyles = (x: Tensor4D, p: Scope, context: ApplyContext, mixture: Tensor2D | undefined): Tensor4D => {
    const [, height, width] = x.shape;
    const normalize = (features: Tensor4D, name: string): Tensor4D => {
      if (norm === 'batch') return batchNormLayer(features, p, name, context);
      const [weight, bias] = [p.get(`${name}.weight`), p.get(`${name}.bias`)];
      if (mixture === undefined) return instanceNorm(features, { weight, bias });
      const mixed = (values: Tensor): Tensor =>
        reshape(matMul(mixture, values as Tensor2D), [-1, 1, 1, values.shape[1]!]);
      return add(mul(instanceNorm(features), mixed(weight)), mixed(bias));
    };
    // New running statistics outlive a layer.
    const isKept = norm === 'batch' && context.mode === 'training';
    const whole = (run: () => Tensor4D): Tensor4D => (isKept ? run() : tidy(run));
    return whole(() => {
      const entered = enter(x, { output, margin });
      const y = runLayers(entered, layers, { p, normalize, step: whole });
      return slice(leave(y, output), [0, 0, 0, 0], [-1, height, width, -1]);
    });
  };

  const network = defineNetwork({
    name: 'style',
    config: { ...config },
    scale: 1,
    parameters: parametersOf(layers, config),
    apply(x, p, context) {
      if (styles === 1) return applyStyles(x, p, context, undefined);
      return tidy(() => applyStyles(x, p, context, tensor2d(new Array<number>(styles).fill(1 / styles), [1, styles])));
    },
  });
  return Object.assign(network as StyleNetwork, {
    layers,
    margin,
    applyStyles: (x: Tensor4D, p: Scope, context: ApplyContext, mixture: Tensor2D): Tensor4D => {
      checkShape(mixture, `[${mixture.shape[0] === 1 ? 1 : x.shape[0]}, ${styles}]`, 'applyStyles: mixture');
      return applyStyles(x, p, context, styles === 1 ? undefined : mixture);
    },
  });
}

function layersOf({ channels, blocks, norm, padding, upsampling }: Required<StyleNetworkConfig>): StyleLayer[] {
  const prefix = norm === 'batch' ? 'bn' : 'in';
  // The outer layers of `reflect-start` are padded with zeros.
  const outer = padding === 'reflect' ? 'reflect' : 'zero';
  const inner = padding === 'reflect-start' ? 'none' : padding;
  const double = upsampling === 'transposed' ? 'double-transposed' : 'double-nearest';
  const layer = (
    parameters: string,
    [from, to]: readonly [number, number],
    more: Partial<StyleLayer> & { norm?: string },
  ): StyleLayer => ({
    parameters,
    from,
    to,
    kernel: 3,
    change: 'none',
    padding: outer,
    isRectified: more.norm !== undefined,
    isResidual: false,
    ...more,
  });
  const wide = 4 * channels;
  const block = (i: number): StyleLayer[] => [
    layer(`res${i}.conv1.conv2d`, [wide, wide], { padding: inner, norm: `res${i}.${prefix}1` }),
    layer(`res${i}.conv2.conv2d`, [wide, wide], {
      padding: inner,
      norm: `res${i}.${prefix}2`,
      isRectified: false,
      isResidual: true,
    }),
  ];
  return [
    layer('conv1.conv2d', [3, channels], { kernel: 9, norm: `${prefix}1` }),
    layer('conv2.conv2d', [channels, 2 * channels], { change: 'halve', norm: `${prefix}2` }),
    layer('conv3.conv2d', [2 * channels, wide], { change: 'halve', norm: `${prefix}3` }),
    ...Array.from({ length: blocks }, (_, i) => block(i + 1)).flat(),
    layer('deconv1.conv2d', [wide, 2 * channels], { change: double, norm: `${prefix}4` }),
    layer('deconv2.conv2d', [2 * channels, channels], { change: double, norm: `${prefix}5` }),
    layer('deconv3.conv2d', [channels, 3], { kernel: 9 }),
  ];
}

function parametersOf(
  layers: readonly StyleLayer[],
  { norm, styles }: Required<StyleNetworkConfig>,
): Record<string, ParameterSpec> {
  const specs: Record<string, ParameterSpec> = {};
  for (const { parameters, from, to, kernel, change, norm: name } of layers) {
    specs[`${parameters}.weight`] =
      change === 'double-transposed'
        ? { shape: [kernel, kernel, to, from], layout: 'conv-transpose', init: torchDefault }
        : { shape: [kernel, kernel, from, to], layout: 'conv', init: torchDefault };
    specs[`${parameters}.bias`] = { shape: [to], layout: 'plain', init: torchDefault };
    if (name === undefined) continue;
    if (norm === 'batch') {
      Object.assign(specs, batchNormSpecs(name, to));
      continue;
    }
    const plain = { shape: styles === 1 ? [to] : [styles, to], layout: 'plain' } as const;
    specs[`${name}.weight`] = { ...plain, init: ones };
    specs[`${name}.bias`] = { ...plain, init: zeros };
  }
  return specs;
}

/** What a value of the config must be, and whether it is. */
const checks: Readonly<Record<keyof StyleNetworkOptions, readonly [string, (value: unknown) => boolean]>> = {
  preset: among(stylePresetNames),
  channels: integer(1, 512),
  blocks: integer(0, 64),
  norm: among(['batch', 'instance']),
  padding: among(['reflect-start', 'zero', 'reflect']),
  upsampling: among(['transposed', 'nearest']),
  output: among(['code', 'paper', 'linear']),
  styles: integer(1, 4096),
};

function configOf(options: StyleNetworkOptions): Required<StyleNetworkConfig> {
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof StyleNetworkOptions] : undefined;
    if (check === undefined) throw invalid(`one of ${Object.keys(checks).join(', ')}`, `a setting "${name}"`);
    if (value !== undefined && !check[1](value)) throw invalid(`${name} to be ${check[0]}`, JSON.stringify(value));
  }
  const { preset = 'johnson', ...given } = options;
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const config = { ...presets[preset], ...known };
  if (config.styles > 1 && config.norm === 'batch') {
    throw invalid('norm "instance" for more than one style', '"batch"');
  }
  return config;
}

function among(values: readonly unknown[]): readonly [string, (value: unknown) => boolean] {
  return [`one of ${values.join(', ')}`, value => values.includes(value)];
}

function integer(low: number, high: number): readonly [string, (value: unknown) => boolean] {
  return [
    `an integer from ${low} to ${high}`,
    value => Number.isInteger(value) && (value as number) >= low && (value as number) <= high,
  ];
}

function invalid(expected: string, received: string): SrError {
  return new SrError({ code: 'network/config', message: `styleNetwork: expected ${expected}, received ${received}.` });
}
