export { selectBackend } from './select-backend.js';
export type { BackendName, BackendReport, SelectBackendOptions } from './types.js';
