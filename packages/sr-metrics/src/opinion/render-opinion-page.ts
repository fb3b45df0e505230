/** The page that a rater opens: one HTML file that loads nothing, keeps its progress in the browser and saves a file. */
import { SrError } from 'sr-tensor';
import { escapeHtml, scriptValue } from '../html-text.js';
import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.js';
import type { OpinionPlan, RaterPlan } from './types.js';

export interface OpinionPageOptions {
  /** One of `plan.raters`. */
  rater: RaterPlan;
  /** The data address (`data:image/png;base64,...`) of a picture in a version. */
  image: (picture: string, version: string) => string;
  /** The data address of what a picture should look like; shown above the versions (ranking) or the picture (rating). */
  reference?: (picture: string) => string;
  /** Default `Picture quality`. */
  title?: string;
  /** What the rater is asked; the default fits the mode. */
  question?: string;
}

const questions = {
  rating: 'How good does this picture look?',
  ranking: 'Which of these pictures looks best? Choose the best first, then the next best, and so on.',
};

/** V8's longest string has 2^29 - 24 characters. */
const longestPage = 2 ** 29 - 2 ** 16;

/**
 * Builds the page of one rater.
 *
 * Names are data in the page, never markup; its content policy forbids it to load or send anything.
 *
 * @returns HTML that opens from a disk
 * @throws `opinion/image` for an address that is not a base64 data address of an image, `opinion/size` for more pictures
 *   than a page can hold
 * @example
 * const html = renderOpinionPage(plan, { rater: plan.raters[0]!, image: () => 'data:image/png;base64,iVBORw0KGgo=' });
 */
export function renderOpinionPage(
  plan: OpinionPlan,
  { rater, image, reference, title = 'Picture quality', question = questions[plan.mode] }: OpinionPageOptions,
): string {
  // Each address is written once, however often it is shown.
  const addresses = new Map<string, number>();
  let size = 0;
  const indexOf = (address: string): number => {
    const known = addresses.get(address);
    if (known !== undefined) return known;
    checkAddress(address);
    size += address.length;
    if (size > longestPage) {
      throw new SrError({
        code: 'opinion/size',
        message: `renderOpinionPage: expected pictures of 512 MB at most in a page, received more. Give each rater fewer pictures, or crop them.`,
      });
    }
    addresses.set(address, addresses.size);
    return addresses.size - 1;
  };
  const content = {
    mode: plan.mode,
    study: plan.study,
    rater: rater.rater,
    question,
    calibration: rater.calibration.map(({ picture, version, value }) => ({
      image: indexOf(image(picture, version)),
      value,
    })),
    trials: rater.trials.map(({ picture, versions }) => ({
      picture,
      versions,
      images: versions.map(version => indexOf(image(picture, version))),
      ...(reference && { reference: indexOf(reference(picture)) }),
    })),
  };
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
<header><h1>${escapeHtml(title)}</h1><output id="progress"></output><button id="save" type="button">Save answers</button></header>
<main id="main" tabindex="-1"></main>
<p id="note" role="status"></p>
<script>const content = ${scriptValue({ ...content, images: [...addresses.keys()] })};
${pageScript}</script>
</html>
`;
}

function checkAddress(address: string): void {
  const start = /^data:image\/(png|jpeg|webp|avif|gif|bmp);base64,/.exec(address.slice(0, 64))?.[0];
  if (start !== undefined && !/[^A-Za-z0-9+/=]/.test(address.slice(start.length))) return;
  throw new SrError({
    code: 'opinion/image',
    message: `renderOpinionPage: expected the address of a picture, "data:image/png;base64,...", received "${address.slice(0, 40)}".`,
  });
}
