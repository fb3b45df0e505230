/** What the page has told the engine. */
import type { BackendReport } from 'sr-tensor/backend';
import { selectBackend } from 'sr-tensor/backend';
import type { EngineSettings } from './contract.js';

let current: EngineSettings = { backend: 'auto', workers: false };

export function configure(settings: EngineSettings): void {
  current = settings;
}

export function settings(): EngineSettings {
  return current;
}

/** Makes the backend that was asked for the one of this thread: for what is computed here and not in tile workers. */
export function useBackend(): Promise<BackendReport> {
  return selectBackend({ backend: current.backend });
}
