import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Rank, zeros } from '@tensorflow/tfjs-core';
import { assetsFolder, describeOnBackends, randomWeights } from 'sr-tensor/testing';
import { knownFiles, readWeights, writeSafetensors } from 'sr-tensor/weights';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { alexNet } from './alexnet.js';
import { createClassifier } from './classifier.js';
import { shapeOf } from './feature-network.js';
import { findAsset } from './find-asset.js';
import { loadClassifier } from './load-classifier.js';
import { loadAlexNet, loadCaffeGoogLeNet, loadSqueezeNet, loadVgg16, loadVgg19 } from './load-encoder.js';
import { squeezeNet } from './squeezenet.js';

let root: string;
let server: Server | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sr-features-'));
  vi.stubEnv('SR_CACHE_DIR', root);
  vi.stubEnv('SR_WEIGHTS_DIR', '');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(root, { recursive: true });
});

/** No network: every request fails as it does offline. */
function offline(): void {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
}

/** Hands out files by name, and by ranges; says how many bytes went out. */
async function serve(files: Record<string, Uint8Array>): Promise<{ url: string; sent: () => number }> {
  let sent = 0;
  server = createServer(({ headers, url }, response) => {
    const content = files[url!.slice(1)];
    if (content === undefined) return void response.writeHead(404).end();
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    const body = from === undefined ? content : content.subarray(Number(from), Number(to) + 1);
    sent += body.length;
    if (from !== undefined) {
      const last = Number(from) + body.length - 1;
      response.writeHead(206, { 'content-range': `bytes ${from}-${last}/${content.length}` });
    }
    response.end(body);
  });
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, sent: () => sent };
}

describeOnBackends(
  'loading',
  () => {
    test('offline, says which file is missing, its hash, and where to put it', async () => {
      offline();
      await expect(loadVgg19()).rejects.toMatchObject({
        code: 'weights/unavailable',
        message: expect.stringMatching(/vgg19-dcbb9e9d\.pth \(SHA-256 dcbb9e9d\.\.\.\).*Put it into .*SR_WEIGHTS_DIR/),
      });
      await expect(loadCaffeGoogLeNet()).rejects.toMatchObject({ code: 'weights/unavailable' });
      await expect(findAsset('lpips-alex-v0.1')).rejects.toMatchObject({
        code: 'weights/unavailable',
        message: expect.stringContaining('df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0'),
      });
      await expect(findAsset('lpips')).rejects.toMatchObject({
        code: 'weights/unknown',
        message: expect.stringContaining('lpips-squeeze-v0.0'),
      });
    });

    test('fetches of a safetensors file only the tensors that are used', async () => {
      const { parameters } = shapeOf(alexNet.layers);
      const weights = randomWeights(1)(parameters);
      const file = writeSafetensors(weights);
      const { url, sent } = await serve({ 'alexnet.safetensors': file });
      const encoder = await loadAlexNet({ weights: `${url}alexnet.safetensors`, layers: ['relu1'] });
      expect(encoder.layers).toEqual(['conv1', 'relu1']);
      // The header with what follows it, and the first of five convolutions.
      expect(sent()).toBeLessThan(65_536 + 4 * (11 * 11 * 3 * 64 + 64) + 262_144);
      expect(file.length).toBeGreaterThan(9_000_000);
      encoder.dispose();
    });

    test('takes bytes, paths, and refuses files of other networks', async () => {
      const { parameters } = shapeOf(alexNet.layers.slice(0, 3));
      const file = writeSafetensors(randomWeights(1)(parameters));
      await writeFile(join(root, 'own.safetensors'), file);
      for (const weights of [file, join(root, 'own.safetensors'), new URL(`file://${root}/own.safetensors`)]) {
        (await loadAlexNet({ weights, layers: ['pool1'] })).dispose();
      }
      await expect(loadAlexNet({ weights: file })).rejects.toMatchObject({
        code: 'weights/missing',
        message: expect.stringContaining('features.3.weight'),
      });
      await expect(loadVgg16({ weights: file, layers: ['relu1_1'] })).rejects.toMatchObject({ code: 'weights/shape' });
    });

    test('checks what lies under a published name', async () => {
      await mkdir(join(root, 'own'));
      vi.stubEnv('SR_WEIGHTS_DIR', join(root, 'own'));
      await writeFile(join(root, 'own/alexnet-owt-7be5be79.pth'), 'something else');
      await expect(loadAlexNet()).rejects.toMatchObject({ code: 'weights/hash' });
    });

    test('from a server of its own, checks too', async () => {
      const { url } = await serve({ 'niqe_pris_params.npz': Uint8Array.of(1, 2, 3) });
      await expect(findAsset('niqe-npz', { baseUrl: url })).rejects.toMatchObject({ code: 'weights/hash' });
      await expect(findAsset('brisque', { baseUrl: url })).rejects.toMatchObject({ code: 'fetch/failed' });
    });
  },
  { only: ['cpu'] },
);

const assets = assetsFolder('weights');

describeOnBackends(
  'loading with the test assets',
  () => {
    test.skipIf(assets === undefined)('needs nothing but SR_WEIGHTS_DIR', async () => {
      offline();
      const folders = ['weights', 'data/iqa/niqe', 'data/iqa/brisque'].map(folder => assetsFolder(folder)!);
      vi.stubEnv('SR_WEIGHTS_DIR', folders.join(delimiter));
      for (const load of [loadAlexNet, loadSqueezeNet, loadCaffeGoogLeNet]) (await load()).dispose();
      const names = ['dists', 'niqe', 'niqe-npz', 'brisque', ...knownFiles.map(({ name }) => name).filter(isLpips)];
      expect(names).toHaveLength(10);
      for (const name of names) expect((await findAsset(name)).bytes.length).toBeGreaterThan(0);
      const { bytes } = await findAsset('lpips-squeeze-v0.0');
      expect([...readWeights(bytes).tensors.values()].reduce((sum, { data }) => sum + data.length, 0)).toBe(2240);
    });

    test.skipIf(assets === undefined)('a published file by its own server, in the shape of a browser', async () => {
      const bytes = await readFile(assetsFolder('weights/lpips_linear_pth/v0.1/alex.pth')!);
      const { url } = await serve({ 'lpips_v0.1_alex.pth': bytes });
      const found = await findAsset('lpips-alex-v0.1', { baseUrl: url });
      expect(found.bytes.length).toBe(bytes.length);
    });

    test.skipIf(assets === undefined)('VGG-16 as deep as the file goes', async () => {
      const weights = assetsFolder('weights/vgg16_torchvision_conv1_2.f32.safetensors')!;
      (await loadVgg16({ weights, layers: ['relu2_2'] })).dispose();
      await expect(loadVgg16({ weights, layers: ['relu3_1'] })).rejects.toMatchObject({ code: 'weights/missing' });
    });

    test.skipIf(assets === undefined)('a classifier needs the head', async () => {
      const features = await readFile(assetsFolder('weights/squeezenet1_1_torchvision_features.f32.safetensors')!);
      expect(() => createClassifier(squeezeNet, readWeights(features))).toThrow(/The weights lack "classifier\.1/);
      const whole = await readFile(assetsFolder('weights/squeezenet_v1.1_caffe_full.f16.safetensors')!);
      const classifier = createClassifier(squeezeNet, readWeights(whole));
      expect(classifier.preprocessing).toBe('caffe');
      const images = zeros<Rank.R4>([2, 64, 64, 3]);
      const guesses = await classifier.classify(images, { top: 3 });
      expect(guesses.map(list => list.length)).toEqual([3, 3]);
      expect(guesses[0]![0]!.probability).toBeGreaterThanOrEqual(guesses[0]![1]!.probability);
      expect(guesses[0]![0]!.name).toMatch(/^class \d+$/);
      classifier.dispose();
      images.dispose();
    });

    test.skipIf(assets === undefined)('a classifier finds the names of its classes', async () => {
      offline();
      const folders = ['weights', 'data/classify'].map(folder => assetsFolder(folder)!);
      vi.stubEnv('SR_WEIGHTS_DIR', folders.join(delimiter));
      const classifier = await loadClassifier(squeezeNet, { weights: 'caffe-squeezenet' });
      const images = zeros<Rank.R4>([1, 64, 64, 3]);
      const [guesses] = await classifier.classify(images, { top: 1 });
      expect(guesses![0]!.name).toMatch(/^[a-z][a-z ]+$/);
      classifier.dispose();
      images.dispose();
      await expect(loadClassifier(squeezeNet, { weights: 'caffe-squeezenet', classes: ['one'] })).rejects.toThrow(
        'the names of 1000 classes, received 1',
      );
    });
  },
  { only: ['wasm'] },
);

function isLpips(name: string): boolean {
  return name.startsWith('lpips-');
}
