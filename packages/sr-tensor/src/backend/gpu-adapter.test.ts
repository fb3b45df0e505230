import { expect, test } from 'vitest';
import { adapterName, isSoftwareAdapter, isSoftwareName } from './gpu-adapter.js';

const adapter = (info: object, more = {}) => ({ info, requestDevice: async () => undefined, ...more });

test.each([
  'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)',
  'llvmpipe (LLVM 15.0.6, 256 bits)',
  'Microsoft Basic Render Driver',
  'Apple Software Renderer',
])('%s is the CPU', name => expect(isSoftwareName(name)).toBe(true));

test.each([
  'ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)',
  'Apple M2',
  'Mesa Intel(R) UHD Graphics 620 (KBL GT2)',
  'ANGLE (AMD, AMD Radeon RX 6800, OpenGL 4.6)',
])('%s is a GPU', name => expect(isSoftwareName(name)).toBe(false));

test('an adapter is recognised by its name, or says itself that it is a fallback', () => {
  expect(isSoftwareAdapter(adapter({ vendor: 'google', architecture: 'swiftshader' }))).toBe(true);
  expect(isSoftwareAdapter(adapter({ vendor: 'x' }, { isFallbackAdapter: true }))).toBe(true);
  expect(isSoftwareAdapter(adapter({ vendor: 'x', isFallbackAdapter: true }))).toBe(true);
  expect(isSoftwareAdapter(adapter({ vendor: 'nvidia', architecture: 'ampere', description: '' }))).toBe(false);
  expect(adapterName(adapter({ vendor: 'nvidia', architecture: 'ampere', description: '' }))).toBe('nvidia ampere');
  expect(adapterName(adapter({}))).toBe('unnamed adapter');
});
