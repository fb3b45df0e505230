import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What this program has changed in a project, kept there so that it can be undone. */
export interface NativeState {
  /** The package was put in by `sr native install`, and goes with `sr native remove`. */
  installedPackage: boolean;
  /** Folder of the unpacked library that the addon is linked to. */
  library: string;
  /** Entries of the package folder that were there before; they wait beside it as `NAME.replaced`. */
  replaced: string[];
}

/** npm leaves files in node_modules alone whose names begin with a dot. */
function stateFile(project: string): string {
  return join(project, 'node_modules', '.sr-native.json');
}

export async function readState(project: string): Promise<NativeState | undefined> {
  return readJson<NativeState>(stateFile(project));
}

export async function writeState(project: string, state: NativeState | undefined): Promise<void> {
  const file = stateFile(project);
  if (state === undefined) await rm(file, { force: true });
  else await writeJson(file, state);
}

/** The content of a JSON file, `undefined` if there is none or it is damaged. */
export async function readJson<Content>(file: string): Promise<Content | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Content;
  } catch {
    return undefined;
  }
}

/** Whole or not at all. */
export async function writeJson(file: string, content: unknown): Promise<void> {
  const partial = `${file}.partial-${process.pid}`;
  await writeFile(partial, `${JSON.stringify(content, null, 2)}\n`);
  await rename(partial, file);
}
