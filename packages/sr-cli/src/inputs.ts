/** What `sr upscale` is given: files, folders, patterns, stdin. */
import { stat } from 'node:fs/promises';
import { basename, isAbsolute, relative, resolve } from 'node:path';
import { findPictures } from 'sr-data/node';
import { SrError } from 'sr-tensor';
import { glob, isDynamicPattern } from 'tinyglobby';
import { type ErrorReport, reportOf } from './errors.js';

export interface Input {
  /** The path, or `-` for stdin. */
  readonly path: string;
  /** What the output is called after: the file's name, below a folder with the path to it. */
  readonly name: string;
}

export interface InputError extends ErrorReport {
  readonly input: string;
}

export interface Inputs {
  readonly inputs: readonly Input[];
  /** Arguments that stand for nothing. */
  readonly errors: readonly InputError[];
  /** Whether the arguments could stand for several files, even if they happen to be one. */
  readonly several: boolean;
}

/** Finds the files that the arguments stand for, each once. */
export async function expandInputs(args: readonly string[]): Promise<Inputs> {
  const inputs = new Map<string, Input>();
  const errors: InputError[] = [];
  let several = args.length > 1;
  for (const arg of args) {
    try {
      const found = await expand(arg);
      several ||= found.several;
      for (const input of found.inputs) inputs.set(input.path === '-' ? '-' : resolve(input.path), input);
    } catch (error) {
      errors.push({ input: arg, ...reportOf(error) });
    }
  }
  return { inputs: [...inputs.values()], errors, several };
}

async function expand(arg: string): Promise<{ inputs: Input[]; several: boolean }> {
  if (arg === '-') return { inputs: [{ path: '-', name: 'stdin.png' }], several: false };
  const found = await stat(arg).catch(() => undefined);
  if (found?.isDirectory()) {
    const paths = await findPictures(arg);
    return { inputs: paths.map(path => ({ path, name: relative(arg, path) })), several: true };
  }
  // A file may well have brackets in its name.
  if (found !== undefined || !isDynamicPattern(arg)) {
    return { inputs: [{ path: arg, name: basename(arg) }], several: false };
  }
  const paths = await glob(arg, { expandDirectories: false, absolute: isAbsolute(arg) });
  if (paths.length === 0) {
    throw new SrError({ code: 'input/no-match', message: `No file matches ${arg}.` });
  }
  return { inputs: paths.sort().map(path => ({ path, name: basename(path) })), several: true };
}
