export { onLivingBackend } from './living-backend.js';
export { selectBackend } from './select-backend.js';
export type { BackendName, BackendReport, SelectBackendOptions } from './types.js';
