import { backend } from '@tensorflow/tfjs-core';

/** What is read of a WebGPU adapter. */
export interface Adapter {
  readonly info?: { vendor?: string; architecture?: string; device?: string; description?: string };
  readonly isFallbackAdapter?: boolean;
  requestDevice(descriptor?: { requiredFeatures?: unknown[] }): Promise<unknown>;
}

/** The CPU renderers of Chromium, Mesa, Windows and virtual machines. */
const software = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|\bwarp\b/i;

/** Whether a renderer of this name is emulated by the CPU. */
export function isSoftwareName(name: string): boolean {
  return software.test(name);
}

export function isSoftwareAdapter(adapter: Adapter): boolean {
  const info = adapter.info as { isFallbackAdapter?: boolean } | undefined;
  return adapter.isFallbackAdapter === true || info?.isFallbackAdapter === true || isSoftwareName(adapterName(adapter));
}

export function adapterName({ info = {} }: Adapter): string {
  const parts = [info.vendor, info.architecture, info.device, info.description].filter(part => part);
  return parts.join(' ') || 'unnamed adapter';
}

/** Bytes of the largest buffer that the loaded WebGPU backend can bind: a tensor is one. */
export function largestBuffer(): number {
  const { device } = backend() as unknown as { device: { limits: { maxStorageBufferBindingSize: number } } };
  return device.limits.maxStorageBufferBindingSize;
}
