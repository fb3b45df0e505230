/** Where results go. */
import { mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { SrError } from 'sr-tensor';
import { UsageError } from './errors.js';
import type { Input, InputError } from './inputs.js';

export interface Target {
  readonly input: Input;
  /** A path, or `-` for stdout. */
  readonly output: string;
}

/**
 * Decides the output of each input; none is an input, and no two are the same.
 *
 * @param several whether the arguments stand for more than one file
 * @returns what can be done, and what cannot
 * @throws `usage/output` if `out` does not fit the number of inputs
 */
export async function planOutputs(
  inputs: readonly Input[],
  out: string,
  { several }: { several: boolean },
): Promise<{ targets: Target[]; errors: InputError[] }> {
  const toFolder = out !== '-' && (out.endsWith('/') || out.endsWith(sep) || (await isFolder(out)));
  if (several && !toFolder) {
    throw new UsageError(
      'usage/output',
      out === '-'
        ? 'Only one picture fits into stdout, received several inputs. Name a folder: -o big/'
        : `Expected a folder for several inputs, received "${out}". End it with a slash (-o ${out}/) to have it made.`,
    );
  }
  const taken = new Map<string, string>();
  for (const { path } of inputs) if (path !== '-') taken.set(await identity(path), path);
  const targets: Target[] = [];
  const errors: InputError[] = [];
  for (const input of inputs) {
    const output = toFolder ? join(out, writableName(input.name)) : out;
    const key = output === '-' ? output : await identity(output);
    const other = taken.get(key);
    if (other === undefined) {
      taken.set(key, output);
      targets.push({ input, output });
      continue;
    }
    const message =
      other === output && !inputs.some(({ path }) => path === other)
        ? `${input.path} would be written to ${output} as well as another input. Enlarge it into another folder.`
        : `${input.path} would be written over the input ${other}. Choose another output.`;
    errors.push({ input: input.path, code: 'output/taken', message });
  }
  return { targets, errors };
}

/**
 * The output of one input: the file, or one of its name in the folder.
 *
 * @throws `usage/output` for a file that no format can be told of, `output/taken` where it is the input
 */
export async function outputOf(input: string, out: string): Promise<string> {
  const plan = await planOutputs([{ path: input, name: basename(input) }], out, { several: false });
  const [target] = plan.targets;
  if (target === undefined) throw new SrError(plan.errors[0]!);
  if (target.output === writableName(target.output)) return target.output;
  throw new UsageError(
    'usage/output',
    `Expected a file ending in .png, .jpg, .webp, .avif or .tif, received "${out}". End it with a slash (-o ${out}/) for a folder.`,
  );
}

/**
 * Makes the folder of an output.
 *
 * @throws `output/unwritable`
 */
export async function makeFolderOf(output: string): Promise<void> {
  const folder = dirname(output);
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new SrError({
      code: 'output/unwritable',
      message: `The folder ${folder} cannot be made: ${reasonOf(cause)}.`,
      cause,
    });
  }
}

/** The name with an extension that can be written: its own, else PNG. */
function writableName(name: string): string {
  return /\.(png|jpe?g|jpe|jfif|webp|avif|tiff?)$/i.test(name) ? name : `${name.replace(/\.[^./\\]+$/, '')}.png`;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** One text for all paths to the same file, whether it exists or not. */
async function identity(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const folder = dirname(resolve(path));
    return folder === resolve(path) ? folder : join(await identity(folder), basename(path));
  }
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'there is a file of this name',
    EACCES: 'no permission',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
  };
  return known[code ?? ''] ?? message;
}
