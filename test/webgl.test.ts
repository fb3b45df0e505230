// Every operation once on WebGL in a real browser, forward and backward, against cpu.
import { describe, expect, it } from 'vitest';
import { executablePath, runPage } from './chromium.js';
import type { PageResult } from './webgl/page.js';

/** Shaders may add in another order and fuse multiplications: some hundred roundings of 6e-8. */
const tolerance = 2e-5;

describe.skipIf(executablePath === undefined).each(['webgl'])('operations on %s in Chromium', backend => {
  it('give what they give on cpu', async () => {
    const { device, cases } = await runPage<PageResult>('webgl', { query: `backend=${backend}` });
    expect(device).toMatch(/^WebGL, .*SwiftShader/);
    expect(cases.length).toBeGreaterThan(40);
    const wrong = cases.filter(({ difference }) => !(difference !== undefined && difference <= tolerance));
    expect(wrong).toEqual([]);
  }, 300_000);
});
