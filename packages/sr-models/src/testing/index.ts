export { type TestNetworkOptions, testNetwork } from './test-network.js';
