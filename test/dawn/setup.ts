// Dawn looks for finished work by `setImmediate`, again and again without a pause. Where the GPU is emulated that takes a
// core from it; so it looks every millisecond.
const immediate = globalThis.setImmediate;

globalThis.setImmediate = Object.assign(
  (callback: (...values: unknown[]) => void, ...values: unknown[]) => setTimeout(callback, 1, ...values),
  { __promisify__: immediate.__promisify__ },
) as unknown as typeof setImmediate;
