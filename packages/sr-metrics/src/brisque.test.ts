import type { Picture } from 'sr-tensor';
import { assetsFolder, expectClose } from 'sr-tensor/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type BrisqueParameters, brisque, brisqueFeatures } from './brisque.js';
import { loadBrisque, readBrisqueParameters } from './brisque-parameters.js';
import { goldenPairs } from './golden/metrics.js';
import { brisqueParameters, features, goldenCases, tolerance } from './golden/no-reference.js';
import { tidCases } from './golden/tid.js';
import { planesOf } from './planes.js';
import { testNoReferenceMetric } from './testing/test-no-reference-metric.js';
import { noise } from './testing/test-pictures.js';

/** One support vector, for tests that need no meaning. */
const anyParameters: BrisqueParameters = {
  gamma: 0.05,
  rho: -1,
  coefficients: Float64Array.of(100),
  vectors: new Float64Array(36),
};
const parameters = brisqueParameters();

testNoReferenceMetric(brisque({ parameters: anyParameters }), { leastSize: 8 });

describe.runIf(parameters)('brisque with the regression of its authors', () => {
  const metric = brisque({ parameters: parameters ?? anyParameters });

  test.each(goldenCases())('of $name equals piq and SciPy', async ({ read, brisque: expected }) => {
    const [value] = await metric(await read());
    // Near zero a thousandth of ten.
    expect(Math.abs(value! - expected)).toBeLessThan(tolerance * Math.max(10, Math.abs(expected)));
  });

  // Methods 1.7: the authors' program, as piq's tests hold it.
  test.each(goldenPairs().filter(({ name }) => /(goldhill_jpeg|i01_01_5).*rgb, crop 0/.test(name)))(
    'of the reference of $name has the published value',
    async ({ name, read }) => {
      const [, reference] = await read();
      const published = name.includes('goldhill') ? 8.4255 : 10.2594;
      expect(Math.abs((await metric(reference))[0]! / published - 1)).toBeLessThan(1e-3);
    },
  );

  test.each(tidCases('brisque'))('of TID $name is as pyiqa prints it', async ({ read, pyiqa }) => {
    const [result] = await read();
    const [value] = await metric(result, undefined, { preset: 'pyiqa' });
    // Near zero a thousandth of ten.
    expect(Math.abs(value! - pyiqa)).toBeLessThan(1e-3 * Math.max(10, Math.abs(pyiqa)));
  });

  test.each(goldenPairs().filter(({ name }) => name.includes('goldhill_jpeg.gif, rgb, crop 0')))(
    'has the features of piq for goldhill',
    async ({ read }) => {
      const [, goldhill] = await read();
      const [plane] = planesOf(goldhill, { channel: 'grey' }, { what: 'test', leastSize: 1 });
      await expectClose(brisqueFeatures(plane!), features, { tolerance: 1e-4 });
    },
  );
});

describe('brisque', () => {
  test('of a picture of one colour is NaN', async () => {
    const flat: Picture = { data: new Uint8Array(256), width: 16, height: 16, channels: 1 };
    expect((await brisque({ parameters: anyParameters })(flat))[0]).toBeNaN();
  });

  test('refuses parameters that do not fit each other', () => {
    expect(() => brisque({ parameters: { ...anyParameters, vectors: new Float64Array(35) } })).toThrow(
      '35 values for 1',
    );
    expect(() => brisque({ parameters: { ...anyParameters, ranges: [[0, 1]] } })).toThrow('received 1 ranges');
  });
});

describe('readBrisqueParameters', () => {
  const head = 'svm_type epsilon_svr\nkernel_type rbf\ngamma 0.05\nnr_class 2\ntotal_sv 2\nrho -153.591\nSV\n';

  test('reads what libsvm writes, missing features as zero', () => {
    const { gamma, rho, coefficients, vectors } = readBrisqueParameters(`${head}-1024 1:-0.5 36:2 \n512.5 2:1e-3\n`);
    expect([gamma, rho, ...coefficients]).toEqual([0.05, -153.591, -1024, 512.5]);
    expect(vectors).toHaveLength(72);
    expect([vectors[0], vectors[1], vectors[35], vectors[37]]).toEqual([-0.5, 0, 2, 0.001]);
  });

  test.each([
    ['', 'a libsvm model'],
    [head, 'with support vectors'],
    [head.replace('rbf', 'linear').concat('1 1:1'), 'rbf'],
    [head.replace('gamma 0.05', '').concat('1 1:1'), 'a libsvm model'],
    [`${head}1 37:1`, 'received "37:1"'],
    [`${head}1 0:1`, 'received "0:1"'],
    [`${head}x 1:1`, 'finite numbers'],
    [`${head}1 1:y`, 'finite numbers'],
  ])('refuses %j', (text, message) => {
    expect(() => readBrisqueParameters(text)).toThrow(message);
  });
});

describe('loadBrisque', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.runIf(parameters)('finds the regression in SR_WEIGHTS_DIR', async () => {
    vi.stubEnv('SR_WEIGHTS_DIR', assetsFolder('data/iqa/brisque'));
    const picture = noise(40, 40, 3, 1);
    expect(await (await loadBrisque())(picture)).toEqual(await brisque({ parameters: parameters! })(picture));
  });
});
