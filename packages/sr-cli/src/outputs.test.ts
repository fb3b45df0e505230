import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Input } from './inputs.js';
import { planOutputs } from './outputs.js';

const folder = mkdtempSync(join(tmpdir(), 'sr-outputs-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['a.png', 'a.png'],
  ['b.JPEG', 'b.JPEG'],
  ['c.gif', 'c.png'],
  ['d.e', 'd.png'],
  ['f', 'f.png'],
  ['g/h.bmp', 'g/h.png'],
])('below a folder %s becomes %s', async (name, output) => {
  const { targets } = await planOutputs([input(name)], 'out/', { several: false });
  expect(targets.map(target => target.output)).toEqual([join('out', output)]);
});

test('an existing folder needs no slash, a new one does', async () => {
  expect((await planOutputs([input('a.png')], folder, { several: true })).targets[0]!.output).toBe(
    join(folder, 'a.png'),
  );
  await expect(planOutputs([input('a.png')], join(folder, 'new'), { several: true })).rejects.toMatchObject({
    code: 'usage/output',
  });
  const alone = await planOutputs([input('a.png')], join(folder, 'new'), { several: false });
  expect(alone.targets[0]!.output).toBe(join(folder, 'new'));
});

test('an input is recognised through a link', async () => {
  const real = join(folder, 'real.png');
  const link = join(folder, 'link.png');
  writeFileSync(real, '');
  symlinkSync(real, link);
  const { targets, errors } = await planOutputs([input(real)], link, { several: false });
  expect(targets).toEqual([]);
  expect(errors).toMatchObject([{ input: real, code: 'output/taken' }]);
});

function input(path: string): Input {
  return { path, name: path };
}
