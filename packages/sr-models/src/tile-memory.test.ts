import { Parameters, type Picture } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { expect, test } from 'vitest';
import { compact } from './compact.js';
import { enlargeTile } from './enlarge-tile.js';
import { bytesPerPixel, tileSideFor } from './tile-memory.js';

test('counts the outputs of all convolutions, the result and the interpolation', () => {
  // Nine layers of 32 channels, one of 48, and three times 3 channels of 16 pixels: 480 floats.
  expect(bytesPerPixel(compact())).toBe(4 * (9 * 32 + 48 + 144));
  expect(tileSideFor(compact(), 1920 * 100 ** 2)).toBe(100);
});

test('wasm refuses a tile that would overflow its memory', async () => {
  await selectBackend({ backend: 'wasm' });
  const network = compact({ channels: 1, depth: 0 });
  const side = tileSideFor(network, 2 ** 31) + 1;
  const window: Picture = { data: new Uint8Array(side * side), width: side, height: side, channels: 1 };
  const parameters = Parameters.create(network.parameters);
  const call = enlargeTile({ network, parameters }, { window, core: { left: 0, top: 0, width: 1, height: 1 } });
  await expect(call).rejects.toMatchObject({ code: 'out-of-memory' });
  parameters.dispose();
});
