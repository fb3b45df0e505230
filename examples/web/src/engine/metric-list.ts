/** What the page says of each metric, in the order of the table. */

export interface MetricText {
  readonly id: string;
  readonly title: string;
  readonly better: 'higher' | 'lower' | 'neither';
  readonly digits: number;
  readonly unit?: string;
  /** One sentence for people who see it for the first time. */
  readonly meaning: string;
  /** Weights that have to be given for it. */
  readonly needs?: string;
}

export const metricTexts: readonly MetricText[] = [
  {
    id: 'psnr',
    title: 'PSNR',
    better: 'higher',
    digits: 2,
    unit: 'dB',
    meaning:
      'How small the differences of single pixels are: at 30 dB they are seen, at 40 hardly; it knows nothing of sharpness.',
  },
  {
    id: 'ssim',
    title: 'SSIM',
    better: 'higher',
    digits: 4,
    meaning:
      'How alike brightness, contrast and structure are in small windows: 1 is equal, below 0.9 is visibly different.',
  },
  {
    id: 'ms-ssim',
    title: 'MS-SSIM',
    better: 'higher',
    digits: 4,
    meaning: 'The same at five sizes, as if seen from near and far; needs pictures of 176 pixels or more.',
  },
  {
    id: 'vifp',
    title: 'VIFp',
    better: 'higher',
    digits: 4,
    meaning: 'How much of the information in the reference is still there: 1 is all of it, blur lowers it quickly.',
  },
  {
    id: 'gmsd',
    title: 'GMSD',
    better: 'lower',
    digits: 4,
    meaning: 'How unevenly edges got weaker or stronger over the picture: 0 is equal, 0.1 is bad.',
  },
  {
    id: 'color-moments',
    title: 'Colour moments',
    better: 'lower',
    digits: 4,
    meaning: 'How far means, spreads and skews of the colours are apart: it sees a colour cast, not a shift.',
  },
  {
    id: 'histogram',
    title: 'Histogram distance',
    better: 'lower',
    digits: 4,
    meaning: 'How much brightness would have to be moved to turn one histogram into the other.',
  },
  {
    id: 'tv',
    title: 'Total variation',
    better: 'neither',
    digits: 0,
    meaning:
      'How rough the result is, by itself: noise raises it, blur lowers it. Compare with that of the reference below.',
  },
  {
    id: 'tv-reference',
    title: '… of the reference',
    better: 'neither',
    digits: 0,
    meaning: 'What the roughness should be.',
  },
  {
    id: 'lpips',
    title: 'LPIPS',
    better: 'lower',
    digits: 4,
    meaning:
      'How different people would find them, learned from their judgements: 0 is equal, 0.1 close, 0.5 far apart.',
    needs: 'the weights of AlexNet, SqueezeNet or VGG-16, and LPIPS’s linear layers for it',
  },
  {
    id: 'gram',
    title: 'Gram distance',
    better: 'lower',
    digits: 6,
    meaning:
      'How different their textures are, wherever they lie: 0 is the same texture; PSNR may be low all the same.',
    needs: 'the weights of AlexNet, SqueezeNet or VGG-16',
  },
  {
    id: 'niqe',
    title: 'NIQE',
    better: 'lower',
    digits: 2,
    meaning:
      'How unnatural the result looks by itself, without a reference: good photos have about 3, distorted ones 8 and more.',
    needs: 'NIQE’s modelparameters.mat or niqe_pris_params.npz',
  },
  {
    id: 'brisque',
    title: 'BRISQUE',
    better: 'lower',
    digits: 1,
    meaning: 'How distorted the result looks by itself, learned from judgements: 0 is clean, 100 is very bad.',
    needs: 'BRISQUE’s file allmodel',
  },
];
