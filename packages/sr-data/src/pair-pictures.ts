import { SrError } from 'sr-tensor';

export interface PicturePair {
  readonly hr: string;
  readonly lr: string;
}

export interface PicturePairs {
  /** In the order of the high-resolution paths. */
  readonly pairs: readonly PicturePair[];
  readonly unpairedHr: readonly string[];
  readonly unpairedLr: readonly string[];
}

export interface PairPicturesOptions {
  /** Leaves out low-resolution pictures whose name says another scale (`babyx2.png`, `babyx3.png`). */
  scale?: number;
}

/**
 * Which low-resolution picture belongs to which high-resolution one, by their names.
 *
 * Folders and extensions do not count. A name may end in `_HR` or `_LR`, that of a low-resolution picture also in the
 * scale: `img_001_SRF_4_HR.png` belongs to `img_001_SRF_4_LR.png`, `baby.png` to `babyx4.png`, `baby_x4_LR.png` or
 * `baby.jpg`. Both lists may hold the same files; where one of a list carries `_HR` (or `_LR`), only such files count
 * as high (or low) resolution.
 *
 * @throws `picture/pair` if two pictures could be the partner of one
 *
 * @example
 * pairPictures(['HR/baby.png', 'HR/bird.png'], ['LR/babyx4.png']);
 * // { pairs: [{ hr: 'HR/baby.png', lr: 'LR/babyx4.png' }], unpairedHr: ['HR/bird.png'], unpairedLr: [] }
 */
export function pairPictures(
  hr: readonly string[],
  lr: readonly string[],
  { scale }: PairPicturesOptions = {},
): PicturePairs {
  const high = marked(hr, hrMark).map(path => ({ path, key: stemOf(path).replace(hrMark, '') }));
  const low = marked(lr, lrMark)
    .map(path => ({ path, ...lowName(stemOf(path)) }))
    .filter(({ factor }) => scale === undefined || factor === undefined || factor === scale);
  const candidates = new Map<string, string[]>();
  for (const { path, key } of low) candidates.set(key, [...(candidates.get(key) ?? []), path]);
  const pairs: PicturePair[] = [];
  for (const { path, key } of high) {
    const partners = (candidates.get(key) ?? []).filter(partner => partner !== path);
    if (partners.length > 1) throw ambiguous(path, partners[0]!, partners[1]!);
    if (partners[0] !== undefined) pairs.push({ hr: path, lr: partners[0] });
  }
  const used = new Set(pairs.flatMap(({ hr, lr }) => [hr, lr]));
  return {
    pairs,
    unpairedHr: high.map(({ path }) => path).filter(path => !used.has(path)),
    unpairedLr: low.map(({ path }) => path).filter(path => !used.has(path)),
  };
}

export interface NamedPairs {
  /** In the order of the first list. */
  readonly pairs: readonly (readonly [first: string, second: string])[];
  /** Paths of either list without a partner. */
  readonly alone: readonly string[];
}

/**
 * Which pictures of two folders have the same name; extensions may differ (`baby.png` and `baby.jpg`).
 *
 * @throws `picture/pair` if two pictures of one list have the same name
 *
 * @example
 * const { pairs, alone } = pairByName(await findPictures('results'), await findPictures('references'));
 */
export function pairByName(first: readonly string[], second: readonly string[]): NamedPairs {
  const [a, b] = [byStem(first), byStem(second)];
  const pairs = [...a].flatMap(([stem, path]) => (b.has(stem) ? [[path, b.get(stem)!] as const] : []));
  const alone = [...[...a].filter(([stem]) => !b.has(stem)), ...[...b].filter(([stem]) => !a.has(stem))];
  return { pairs, alone: alone.map(([, path]) => path) };
}

const hrMark = /[-_. ]HR$/i;
const lrMark = /[-_. ]LR$/i;
const factorMark = /[-_. ]?x(\d+)$/i;

/** The paths whose names carry the mark, or all if none does. */
function marked(paths: readonly string[], mark: RegExp): readonly string[] {
  const some = paths.filter(path => mark.test(stemOf(path)));
  return some.length > 0 ? some : paths;
}

function lowName(stem: string): { key: string; factor: number | undefined } {
  const bare = stem.replace(lrMark, '');
  const factor = factorMark.exec(bare)?.[1];
  return { key: bare.replace(factorMark, '').replace(lrMark, ''), factor: factor ? Number(factor) : undefined };
}

function byStem(paths: readonly string[]): Map<string, string> {
  const stems = new Map<string, string>();
  for (const path of paths) {
    const stem = stemOf(path);
    const other = stems.get(stem);
    if (other !== undefined) throw ambiguous(stem, other, path);
    stems.set(stem, path);
  }
  return stems;
}

/** The file name without folders and extension; works for paths of both kinds of slashes. */
function stemOf(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return name.replace(/\.[^.]*$/, '');
}

function ambiguous(path: string, one: string, other: string): SrError {
  return new SrError({
    code: 'picture/pair',
    message: `${path}: expected one picture that belongs to it, received ${one} and ${other}.`,
  });
}
