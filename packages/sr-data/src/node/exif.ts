/** Tag 0x0112 of EXIF 2.3, section 4.6.4. */
const orientationTag = 0x0112;

/** The TIFF structure that EXIF is, without the `Exif\0\0` that JPEG files put before it and others do not. */
export function exifBody(exif: Uint8Array): Uint8Array {
  return String.fromCharCode(...exif.subarray(0, 6)) === 'Exif\0\0' ? exif.subarray(6) : exif;
}

/**
 * EXIF that says "upright" (orientation 1), for pixels to which the orientation has been applied.
 *
 * @returns a copy of the body; unchanged where there is no orientation or the structure cannot be followed
 */
export function uprightExif(exif: Uint8Array): Uint8Array {
  const out = exifBody(exif).slice();
  const view = new DataView(out.buffer);
  if (view.byteLength < 8) return out;
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return out;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    // An entry: tag (2 bytes), type (2), count (4), value (4, of which a short takes the first two).
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > view.byteLength) return out;
    if (view.getUint16(entry, little) === orientationTag) view.setUint16(entry + 8, 1, little);
  }
  return out;
}
