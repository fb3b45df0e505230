/**
 * The compact network in a form that is wider while it is trained and the plain network afterwards.
 *
 * Each 3x3 convolution is the sum of parallel linear branches (Zhang et al., "Edge-oriented convolution block for
 * real-time super resolution on mobile devices", ACM MM 2021, section 3.2): a 3x3 convolution; a 1x1 expansion before a
 * 3x3 convolution; 1x1 convolutions, alone and before Sobel's and Laplace's kernels, whose strength is learnt for each
 * channel. What is linear is one 3x3 convolution W, which is computed from the branches before every use:
 *
 *   W[t, i, o] = weight[t, i, o] + sum_m expand[i, m] reduce[m, t, o] + sum_b mask[t, b] edges[b, i, o] strengths[b, o]
 *
 * So a step convolves pictures as often as the plain network does, and gradients reach the branches through the sum.
 * Unlike there only the 3x3 convolution has a bias (the others' are redundant), so that zero padding is zero in each
 * branch. An identity branch has nothing to learn: it is an initial value of the 3x3 convolution.
 */
import {
  add,
  matMul,
  mul,
  reshape,
  slice,
  type Tensor,
  type Tensor4D,
  tensor2d,
  tidy,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import {
  defineNetwork,
  type Initializer,
  type Network,
  normal,
  type ParameterSpec,
  type Scope,
  scopeOver,
  zeros,
} from 'sr-tensor';
import { type CompactConfig, compact } from './compact.js';
import { checkOptions, integerIn, oneOf } from './config.js';
import { plusIdentity } from './generators/layers.js';

/** Shape of a compact network that is trained wide. */
export interface WideCompactConfig extends CompactConfig {
  /** Channels between expansion and reduction, in units of the layer's output; default 2, as in the paper. */
  readonly expansion?: number;
  /** Whether inner layers begin near the identity; default false. */
  readonly identity?: boolean;
}

/** Layers of one shape, whose parameters lie in one tensor each so that they are folded together. */
interface Group {
  readonly name: string;
  readonly layers: readonly string[];
  readonly from: number;
  readonly to: number;
  /** How strong the initial weights are beside Kaiming's. */
  readonly strength: number;
  readonly identity: boolean;
}

// A column each: 1x1, Sobel horizontally and vertically, Laplace.
const masks = [
  [0, 1, 1, 0],
  [0, 0, 2, 1],
  [0, -1, 1, 0],
  [0, 2, 0, 1],
  [1, 0, 0, -4],
  [0, -2, 0, 1],
  [0, 1, -1, 0],
  [0, 0, -2, 1],
  [0, -1, -1, 0],
];
const taps = masks.length;
const edges = masks[0]!.length;

/** Of the strengths of the edge branches, as in the authors' code. */
const initialStrength = 1e-3;

/**
 * A compact network that is trained wide; `network.folded` is what it becomes, of 88,752 parameters with the defaults.
 *
 * Parameters are `head`, `body` (its layers stacked) and `tail`, each with `weight`, `bias`, `expand`, `reduce`, `edges`
 * and `strengths`.
 *
 * @param config those of `compact` (for x2, x3, x4, x8 ...), expansion (default 2), identity (false)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const wide = wideCompact({ scale: 2 });
 * const parameters = Parameters.create(wide.parameters, { seed: 1 });
 * // Training goes here.
 * const { network } = foldModel({ network: wide, parameters });
 */
export function wideCompact(config: WideCompactConfig = {}): Network {
  const { expansion = 2, identity = false, ...rest } = config;
  checkOptions(
    'wide-compact',
    { expansion, identity },
    { expansion: integerIn(1, 16), identity: oneOf([true, false]) },
  );
  const plain = compact(rest);
  const { scale, channels, depth } = plain.config as Required<CompactConfig>;
  const groups: Group[] = [
    { name: 'head', layers: ['head'], from: 3, to: channels, strength: 1, identity: false },
    {
      name: 'body',
      layers: Array.from({ length: depth }, (_, i) => `body.${i}`),
      from: channels,
      to: channels,
      strength: identity ? 0.1 : 1,
      identity,
    },
    { name: 'tail', layers: ['tail'], from: channels, to: 3 * scale ** 2, strength: 0.1, identity: false },
  ].filter(({ layers }) => layers.length > 0);
  const fold = (p: Scope): Record<string, Tensor> =>
    Object.assign({}, ...groups.map(group => foldGroup(group, p.scope(group.name))));

  return defineNetwork({
    ...plain,
    name: 'wide-compact',
    config: { ...plain.config, expansion, identity },
    parameters: Object.assign({}, ...groups.map(group => groupSpecs(group, expansion))),
    folded: { network: plain, fold },
    apply: (x, p, context): Tensor4D =>
      tidy(() => {
        const folded = fold(p);
        return plain.apply(
          x,
          scopeOver(name => folded[name], ''),
          context,
        );
      }),
  });
}

function groupSpecs(
  { name, layers, from, to, strength, identity }: Group,
  expansion: number,
): Record<string, ParameterSpec> {
  const count = layers.length;
  const inner = expansion * to;
  // Kaiming's variance, of which the 3x3 convolution and the expanded one have half each.
  const half = (strength ** 2 * 2) / (taps * from) / 2;
  const plain = (shape: number[], init: Initializer): ParameterSpec => ({ shape, layout: 'plain', init });
  const random = normal({ deviation: Math.sqrt(half) });
  const unit = normal({ deviation: Math.sqrt(1 / from) });
  return {
    [`${name}.weight`]: plain([count, taps, from, to], identity ? plusIdentity(random) : random),
    [`${name}.bias`]: plain([count, to], zeros),
    [`${name}.expand`]: plain([count, from, inner], unit),
    [`${name}.reduce`]: plain([count, inner, taps, to], normal({ deviation: Math.sqrt((half * from) / inner) })),
    [`${name}.edges`]: plain([count, edges, from, to], unit),
    [`${name}.strengths`]: plain([count, edges, 1, to], normal({ deviation: initialStrength })),
  };
}

/** The plain layers' weights and biases. */
function foldGroup({ layers, from, to }: Group, p: Scope): Record<string, Tensor> {
  return tidy(() => {
    const count = layers.length;
    const inner = p.get('expand').shape[2]!;
    const expanded = matMul(p.get('expand'), reshape(p.get('reduce'), [count, inner, taps * to]));
    const edge = reshape(mul(p.get('edges'), p.get('strengths')), [count, edges, from * to]);
    const mask = tile(reshape(tensor2d(masks), [1, taps, edges]), [count, 1, 1]);
    const weight = add(
      add(p.get('weight'), transpose(reshape(expanded, [count, from, taps, to]), [0, 2, 1, 3])),
      reshape(matMul(mask, edge), [count, taps, from, to]),
    );
    // Not unstack: its gradient fails where there is one layer (tfjs 4.22).
    return Object.fromEntries(
      layers.flatMap((layer, i) => [
        [`${layer}.weight`, reshape(slice(weight, i, 1), [3, 3, from, to])],
        [`${layer}.bias`, reshape(slice(p.get('bias'), i, 1), [to])],
      ]),
    );
  });
}
