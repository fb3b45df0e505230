/**
 * What each entry point for browsers weighs in a page: minified, gzip, with all that it imports but tfjs, which is a peer.
 * Limits are what was measured and a tenth, in kB.
 */
const limits: Readonly<Record<string, number>> = {
  'gram-perceptual-metric/index': 43,
  'sr-data/browser': 2.2,
  'sr-data/index': 10.3,
  'sr-features/index': 30,
  'sr-losses/index': 12.8,
  'sr-metrics/index': 75,
  'sr-metrics/index { psnr }': 15.1,
  'sr-models/element/index': 53,
  'sr-models/export/index': 13,
  'sr-models/index': 55,
  'sr-models/index { loadUpscaler }': 51,
  'sr-models/standalone': 972,
  'sr-models/worker': 28,
  'sr-tensor/backend/index': 4.5,
  'sr-tensor/index': 20,
  'sr-tensor/optimizers/index': 7.2,
  'sr-tensor/weights/index': 16,
  'sr-tensor/worker/index': 3.3,
  'sr-train/index': 181,
  'style-transfer/index': 57,
  'style-transfer/worker': 38.5,
};

interface Check {
  readonly name: string;
  readonly path: string;
  readonly import?: string;
  readonly limit: string;
  readonly gzip: boolean;
  readonly ignore: readonly string[];
}

const checks: Check[] = Object.entries(limits).map(([name, kilobytes]) => {
  const [, library, file, names] = /^([^/]+)\/(\S+)(?: (.*))?$/.exec(name)!;
  return {
    name,
    path: `packages/${library}/dist/${file}.js`,
    ...(names && { import: names }),
    limit: `${kilobytes} kB`,
    gzip: true,
    ignore: ['@tensorflow/*'],
  };
});

export default checks;
