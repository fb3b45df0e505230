// In browsers (through a bundler) the gradients are registered by tfjs-core's own module; chained operations are not used.
// It reads flags that the first import sets: without it a page whose first import is ours would not start.
import '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
