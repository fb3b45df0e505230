// In browsers (through a bundler) the gradients are registered by tfjs-core's own module; chained operations are not used.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
