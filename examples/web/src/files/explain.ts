/** Errors and odd files as sentences with a way out. */
import { errorCode } from '../engine/error-code.js';
import type { FileReport } from './inspect-file.js';

/** Canvases of browsers end here, on a side and altogether. */
const longestSide = 65_535;
const mostPixels = 268_435_456;

/** Why a file cannot be taken, before anything is tried; undefined: it may work. */
export function refusal({ format, width = 0, height = 0 }: FileReport, name: string): string | undefined {
  if (format === 'PDF') return `${name} is a PDF. Save its page as a PNG or JPEG and take that.`;
  if (format === 'video') return `${name} is a video. Stylise takes videos; to enlarge a frame, save it as a picture.`;
  if (Math.max(width, height) > longestSide || width * height > mostPixels) {
    return `${name} has ${width} x ${height} pixels; browsers open up to ${longestSide} on a side and 268 million altogether. Cut it into parts, or use the command “sr upscale”, which has no such limit.`;
  }
  return undefined;
}

/** What of a file is lost, where it can be taken all the same. */
export function caveats({ format, isAnimated, isCmyk, isDeep }: FileReport, name: string): string[] {
  return [
    isAnimated && `${name} is animated: only its first picture is taken.`,
    isCmyk &&
      `${name} has print colours (CMYK). The browser turned them into screen colours, which can look a little different.`,
    isDeep && `${name} has 16 bits a channel; browsers read 8 of them. The command “sr upscale” keeps all.`,
    format === 'SVG' &&
      `${name} is a drawing (SVG), which can be enlarged without loss by any viewer; its pixels are taken here.`,
  ].filter((text): text is string => text !== false);
}

/** Why the browser could not open it. */
export function undecodable({ format }: FileReport, name: string): string {
  if (format === 'HEIC') {
    return `${name} is a HEIC photo, which this browser cannot open. Safari can; or set the camera to “most compatible”, or save it as a JPEG first.`;
  }
  if (format === 'TIFF') return `${name} is a TIFF, which browsers cannot open. Save it as a PNG, or use “sr upscale”.`;
  if (format !== undefined)
    return `${name} is damaged: it begins as a ${format}, but cannot be opened. Try to get the file again.`;
  return `${name} is no picture that this browser knows. Take a PNG, JPEG, WebP, AVIF, GIF or BMP.`;
}

/** What an error means for the person who sees it. */
export function explain(error: unknown): string {
  const { message = String(error) } = (error ?? {}) as Partial<Error>;
  switch (errorCode(error)) {
    case 'aborted':
      return 'Stopped. Nothing was changed.';
    case 'out-of-memory':
    case 'picture/too-large':
      return 'There is not enough memory for this. Close other tabs, take a smaller scale, or use “sr upscale”.';
    case 'backend/lost':
      return 'The browser took the graphics processor away. Start again: it goes on without it, more slowly.';
    case 'worker/crashed':
      return 'The computing part of the page ended unexpectedly, probably for want of memory. Start again: a new one is used then.';
    case 'picture/unreadable':
      return 'This picture has transparent parts, which can only be read exactly with WebGL, and this browser gives none. Switch on hardware acceleration, or save the picture without transparency.';
    case 'backend/unavailable':
      return `What computes could not be started. ${message}`;
    case 'fetch/failed':
      return 'A part of the page could not be loaded. Connect to the network once; afterwards it works without.';
    case '':
      return isLoadFailure(message)
        ? 'A part of the page could not be loaded. Connect to the network once, then load the page again.'
        : `That did not work: ${message}`;
    default:
      return message;
  }
}

function isLoadFailure(message: string): boolean {
  return /dynamically imported module|Failed to fetch|error loading/i.test(message);
}
