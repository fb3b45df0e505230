import { mkdir, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { encodePicture, findPictures, readPicture } from 'sr-data/node';
import { SrError, throwIfAborted } from 'sr-tensor';
import { type PlanOpinionsOptions, planOpinions } from './plan-opinions.js';
import { type OpinionPageOptions, renderOpinionPage } from './render-opinion-page.js';
import type { OpinionPlan } from './types.js';

export interface WriteOpinionPagesOptions
  extends Omit<PlanOpinionsOptions, 'pictures' | 'versions'>,
    Pick<OpinionPageOptions, 'title' | 'question'> {
  /** The folder of each version, by its name; pictures that belong together have the same file name but for extensions. */
  versions: Readonly<Record<string, string>>;
  /** The folder of the originals, where raters should see them beside the versions. */
  reference?: string;
  /** Names (without extension) of the pictures to take. Default: all that the first version has. */
  pictures?: readonly string[];
  /** The folder that the pages are written to. */
  out: string;
  signal?: AbortSignal;
  /** Called for every page that is written. */
  onProgress?: (progress: { page: string; done: number; total: number }) => void;
}

/**
 * Writes the pages of a study of opinions, one a rater, from folders of results.
 *
 * Pictures are embedded as PNG with the values that the files have; metadata but for the colour profile is left out.
 *
 * @returns the plan, and the paths of the pages in the order of its raters
 * @throws `opinion/pictures` if a version lacks a picture or has two of a name, `picture/size` if versions of a picture
 *   differ in size, what `planOpinions`, `renderOpinionPage` and `readPicture` throw, `aborted`
 * @example
 * await writeOpinionPages({
 *   mode: 'rating',
 *   versions: { nearest: 'results/nearest', ours: 'results/ours', hr: 'BSD100' },
 *   raters: 25, picturesPerRater: 20, calibration: { worst: 'nearest', best: 'hr' }, out: 'study',
 * });
 */
export async function writeOpinionPages({
  versions,
  reference,
  pictures,
  out,
  title,
  question,
  signal,
  onProgress,
  ...design
}: WriteOpinionPagesOptions): Promise<{ plan: OpinionPlan; pages: string[] }> {
  const folders = await Promise.all(
    Object.entries(versions).map(async ([name, folder]) => [name, await picturesByName(folder)] as const),
  );
  const originals = reference === undefined ? undefined : await picturesByName(reference);
  const names = pictures ?? [...(folders[0]?.[1].keys() ?? [])];
  for (const [version, files] of [...folders, ...(originals ? [['reference', originals] as const] : [])]) {
    const missing = names.find(name => !files.has(name));
    if (missing !== undefined) throw lacking(`a picture "${missing}" in every folder`, `none in that of "${version}"`);
  }
  const plan = planOpinions({ ...design, pictures: names, versions: folders.map(([name]) => name) });

  const files = new Map(folders);
  await mkdir(out, { recursive: true });
  const pages: string[] = [];
  for (const rater of plan.raters) {
    const shown = new Set([...rater.trials, ...rater.calibration].map(({ picture }) => picture));
    const addresses = new Map<string, ReadonlyMap<string, string>>();
    for (const picture of shown) {
      throwIfAborted(signal);
      const paths = new Map([...files].map(([version, byName]) => [version, byName.get(picture)!]));
      if (originals !== undefined) paths.set(REFERENCE, originals.get(picture)!);
      addresses.set(picture, await readVersions(picture, paths));
    }
    const html = renderOpinionPage(plan, {
      rater,
      image: (picture, version) => addresses.get(picture)!.get(version)!,
      ...(originals && { reference: (picture: string) => addresses.get(picture)!.get(REFERENCE)! }),
      ...(title !== undefined && { title }),
      ...(question !== undefined && { question }),
    });
    const page = join(out, `rater-${rater.rater}.html`);
    await writeFile(page, html);
    pages.push(page);
    onProgress?.({ page, done: pages.length, total: plan.raters.length });
  }
  return { plan, pages };
}

/** No version can have this name: folders have names of their own. */
const REFERENCE = '';

async function picturesByName(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const path of await findPictures(folder)) {
    const { name } = parse(path);
    if (found.has(name)) throw lacking(`one picture "${name}" in a folder`, `${found.get(name)} and ${path}`);
    found.set(name, path);
  }
  return found;
}

/** The data addresses of a picture by version; all must have one size, which would give them away otherwise. */
async function readVersions(name: string, paths: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const addresses = new Map<string, string>();
  let size: string | undefined;
  for (const [version, path] of paths) {
    const { metadata, ...picture } = await readPicture(path);
    const found = `${picture.width} x ${picture.height}`;
    size ??= found;
    if (size !== found) {
      throw new SrError({
        code: 'picture/size',
        message: `writeOpinionPages: expected all versions of "${name}" in one size, received ${size} and ${found} (${path}).`,
      });
    }
    const profile = metadata?.colorProfile && { metadata: { colorProfile: metadata.colorProfile } };
    const bytes = await encodePicture({ ...picture, ...profile }, { format: 'png', bitDepth: 8 });
    addresses.set(version, `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`);
  }
  return addresses;
}

function lacking(expected: string, received: string): SrError {
  return new SrError({
    code: 'opinion/pictures',
    message: `writeOpinionPages: expected ${expected}, received ${received}.`,
  });
}
