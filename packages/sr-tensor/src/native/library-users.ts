/** A library is kept once for all projects; beside it stands which of them are linked to it. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeJson } from './state.js';

interface LibraryRecord {
  readonly wheel: string;
  readonly sha256: string;
  /** Folders of tfjs-node. */
  readonly users: readonly string[];
}

/** The record of a library; there is none until the library is whole. */
export function libraryRecord(library: string): string {
  return join(library, 'library.json');
}

export async function createRecord(library: string, origin: Pick<LibraryRecord, 'wheel' | 'sha256'>): Promise<void> {
  await writeJson(libraryRecord(library), { ...origin, users: [] } satisfies LibraryRecord);
}

export async function addLibraryUser(library: string, user: string): Promise<void> {
  const record = (await readJson<LibraryRecord>(libraryRecord(library)))!;
  await writeJson(libraryRecord(library), { ...record, users: [...new Set([...record.users, user])] });
}

/** Deletes the library unless another package that still exists is linked to it; says whether it did. */
export async function releaseLibrary(library: string, user: string | undefined): Promise<boolean> {
  const record = await readJson<LibraryRecord>(libraryRecord(library));
  if (record === undefined) return false;
  const users = record.users.filter(other => other !== user && existsSync(other));
  if (users.length > 0) {
    await writeJson(libraryRecord(library), { ...record, users });
    return false;
  }
  await rm(library, { recursive: true });
  return true;
}
