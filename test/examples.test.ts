// The examples run as their first lines say.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { root, run, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const photo = join(root, 'examples/photos/lake.png');
const example = (name: string, ...args: string[]): string =>
  run('node', [join(root, 'examples', name), ...args], folder.path);
afterAll(() => folder[Symbol.dispose]());

describe('examples', () => {
  it('enlarge', async () => {
    const output = join(folder.path, 'big.png');
    expect(example('enlarge.mjs', photo, output)).toMatch(/1440 x 960, on (native|webgpu|wasm|cpu)\n/);
    expect(await sharp(output).metadata()).toMatchObject({ width: 4 * 360, height: 4 * 240, channels: 3 });
  });

  it('measure: the network beats the interpolation', () => {
    const decibels = [...example('measure.mjs', photo).matchAll(/PSNR (\d+\.\d+) dB/g)].map(([, number]) =>
      Number(number),
    );
    expect(decibels).toHaveLength(2);
    expect(decibels[1]!).toBeGreaterThan(decibels[0]! + 0.5);
  });

  it('train, and go on', async () => {
    const pictures = join(folder.path, 'pictures');
    mkdirSync(pictures);
    // Enough pictures that one is held out for validation.
    for (let left = 0; left <= 240; left += 24) {
      await sharp(photo)
        .extract({ left, top: 100, width: 120, height: 120 })
        .toFile(join(pictures, `${left}.png`));
    }
    const out = join(folder.path, 'run');
    expect(example('train.mjs', pictures, '20', out)).toContain('Best:');
    expect(example('train.mjs', pictures, '20', out)).toContain('Best:');
    for (const file of ['best.safetensors', 'report.html', 'log.jsonl'])
      expect(existsSync(join(out, file)), file).toBe(true);
  });

  it('fine-tune: better on what it was not trained with', async () => {
    const pictures = join(folder.path, 'kind');
    mkdirSync(pictures);
    for (const [i, left] of [0, 40, 80, 120, 160, 200].entries()) {
      await sharp(photo)
        .extract({ left, top: (i % 2) * 100, width: 132, height: 132 })
        .toFile(join(pictures, `${i}.png`));
    }
    const said = example('fine-tune.mjs', pictures, '60', join(folder.path, 'fine-tuned'));
    const [, before, after] = /1 kept out: (\S+) dB before, (\S+) dB after/.exec(said)!;
    expect(Number(after)).toBeGreaterThan(Number(before));
  });

  it.each([
    [[], 'Usage: node fine-tune.mjs FOLDER [STEPS] [OUT]\n'],
    [['nowhere'], 'nowhere cannot be read: there is no such file.\n'],
    [['nowhere', 'many'], 'Usage: node fine-tune.mjs FOLDER [STEPS] [OUT]\n'],
  ])('fine-tune %j: one line says what is wrong', (args, line) => {
    const { status, stdout, stderr } = spawnSync('node', [join(root, 'examples/fine-tune.mjs'), ...args], {
      cwd: folder.path,
      encoding: 'utf8',
    });
    expect([status, stdout, stderr]).toEqual([1, '', line]);
  });

  it('own network: the loss falls', async () => {
    const output = join(folder.path, 'own.png');
    const losses = [...example('own-network.mjs', photo, output, '40').matchAll(/^\d+ (0\.\d+)$/gm)].map(m =>
      Number(m[1]),
    );
    expect(losses).toHaveLength(3);
    expect(losses[2]!).toBeLessThan(losses[0]! / 2);
    expect(await sharp(output).metadata()).toMatchObject({ width: 720, height: 480 });
  });
});
