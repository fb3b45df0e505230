export { type LoadNetworkOptions, loadNetwork } from './load-network.js';
export { loadUpscaler } from './load-upscaler-file.js';
