/** Results as files in the format that is wanted, one by one or as a ZIP. */
import { Zip, ZipPassThrough } from 'fflate';

export type Format = 'png' | 'jpeg' | 'webp';

export const formats = {
  png: { label: 'PNG', ending: 'png', mime: 'image/png', longestSide: Number.POSITIVE_INFINITY },
  // ITU-T T.81: 16 bits a side; RFC 9649: 14 bits.
  jpeg: { label: 'JPEG', ending: 'jpg', mime: 'image/jpeg', longestSide: 65_535 },
  webp: { label: 'WebP', ending: 'webp', mime: 'image/webp', longestSide: 16_383 },
} as const satisfies Record<Format, { label: string; ending: string; mime: string; longestSide: number }>;

/** Of JPEG and WebP: hardly to be told from the original. */
const quality = 0.95;

/** The same picture in another format. JPEG has no transparency: what is transparent becomes white. */
export async function inFormat(png: Blob, format: Format): Promise<Blob> {
  if (format === 'png') return png;
  const { mime, label, longestSide } = formats[format];
  const bitmap = await createImageBitmap(png);
  try {
    if (Math.max(bitmap.width, bitmap.height) > longestSide) {
      throw formatError(`${label} holds up to ${longestSide} pixels on a side. Take PNG.`);
    }
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d')!;
    if (format === 'jpeg') {
      context.fillStyle = '#fff';
      context.fillRect(0, 0, bitmap.width, bitmap.height);
    }
    context.drawImage(bitmap, 0, 0);
    const blob = await canvas.convertToBlob({ type: mime, quality });
    // Browsers give a PNG where they lack a format.
    if (blob.type !== mime) throw formatError(`This browser cannot write ${label}. Take PNG.`);
    return blob;
  } finally {
    bitmap.close();
  }
}

/** Hands a file to the browser's downloads. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** One archive of files that are compressed already. */
export async function zipOf(files: readonly { readonly name: string; readonly blob: Blob }[]): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  });
  const taken = new Set<string>();
  for (const { name, blob } of files) {
    const entry = new ZipPassThrough(freeName(name, taken));
    zip.add(entry);
    for await (const chunk of blob.stream() as unknown as AsyncIterable<Uint8Array>) entry.push(chunk);
    entry.push(new Uint8Array(), true);
  }
  zip.end();
  return new Blob(chunks, { type: 'application/zip' });
}

/** `photo.jpg` becomes `photo`. */
export function stem(name: string): string {
  return name.replace(/\.[^.]*$/, '') || 'picture';
}

/** With a code, as all errors have whose message is for people. */
function formatError(message: string): Error {
  return Object.assign(new Error(message), { code: 'picture/format' });
}

function freeName(name: string, taken: Set<string>): string {
  const ending = name.slice(name.lastIndexOf('.'));
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${stem(name)} ${i}${ending}`;
  taken.add(free);
  return free;
}
