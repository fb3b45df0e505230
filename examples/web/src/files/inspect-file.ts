/** What a file is, by its first bytes: so that people are told what is wrong with it, or what of it is lost. */

export interface FileReport {
  /** `PNG`, `JPEG`; undefined: nothing known. */
  readonly format?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly isAnimated: boolean;
  /** Of print colours. */
  readonly isCmyk: boolean;
  /** 16 bits a channel, which browsers reduce to 8. */
  readonly isDeep: boolean;
}

/** Enough for the headers of all formats but JPEGs with very large previews inside. */
const enough = 1 << 20;

export async function inspectFile(file: Blob): Promise<FileReport> {
  const bytes = new Uint8Array(await file.slice(0, enough).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const nothing: FileReport = { isAnimated: false, isCmyk: false, isDeep: false };
  const text = (at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length));
  if (bytes.length < 12) return nothing;
  if (text(1, 3) === 'PNG' && bytes.length > 33) {
    const isAnimated = bytes.length > 60 && includes(bytes, 'acTL');
    const size = { width: view.getUint32(16), height: view.getUint32(20) };
    return { ...nothing, format: 'PNG', ...size, isAnimated, isDeep: bytes[24] === 16 };
  }
  if (text(0, 3) === 'GIF') {
    const size = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    return { ...nothing, format: 'GIF', ...size, isAnimated: countGifFrames(bytes) > 1 };
  }
  if (view.getUint16(0) === 0xffd8) return { ...nothing, format: 'JPEG', ...jpegFrame(bytes) };
  if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') {
    const isExtended = text(12, 4) === 'VP8X' && bytes.length > 30;
    const little = (at: number): number => 1 + bytes[at]! + (bytes[at + 1]! << 8) + (bytes[at + 2]! << 16);
    const size = isExtended ? { width: little(24), height: little(27) } : {};
    return { ...nothing, format: 'WebP', ...size, isAnimated: isExtended && (bytes[20]! & 2) !== 0 };
  }
  if (text(4, 4) === 'ftyp') {
    const brand = text(8, 4);
    if (/^(avif|avis)$/.test(brand)) return { ...nothing, format: 'AVIF' };
    if (/^(heic|heix|hevc|heim|heis|mif1|msf1)$/.test(brand)) return { ...nothing, format: 'HEIC' };
    return { ...nothing, format: 'video' };
  }
  if (text(0, 2) === 'BM') return { ...nothing, format: 'BMP' };
  if (/^(II\*\0|MM\0\*)/.test(text(0, 4))) return { ...nothing, format: 'TIFF' };
  if (text(0, 4) === '%PDF') return { ...nothing, format: 'PDF' };
  if (/^\s*(<\?xml|<svg)/.test(text(0, 256))) return { ...nothing, format: 'SVG' };
  return nothing;
}

/** The frame header of a JPEG (ITU-T T.81, B.2.2): its size, and four components for print colours. */
function jpegFrame(bytes: Uint8Array): { width?: number; height?: number; isCmyk: boolean } {
  const view = new DataView(bytes.buffer);
  let at = 2;
  while (at + 10 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), isCmyk: bytes[at + 9] === 4 };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return { isCmyk: false };
}

/** Counts graphic control extensions followed by an image, up to two. */
function countGifFrames(bytes: Uint8Array): number {
  let frames = 0;
  for (let i = 13; i + 8 < bytes.length && frames < 2; i++) {
    if (bytes[i] === 0x21 && bytes[i + 1] === 0xf9 && bytes[i + 2] === 4 && bytes[i + 7] === 0) frames++;
  }
  return frames;
}

function includes(bytes: Uint8Array, word: string): boolean {
  for (let i = 0; i + word.length <= Math.min(bytes.length, 4096); i++) {
    if ([...word].every((letter, k) => bytes[i + k] === letter.charCodeAt(0))) return true;
  }
  return false;
}
