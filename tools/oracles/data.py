"""Golden values of sr-data, from Pillow, tifffile, PyTorch and NumPy.

python tools/oracles/data.py OUT
    OUT  packages/sr-data/src/golden

pictures.json  small files of every kind with the pixels that Pillow (or the array they were made from) gives
resize.json    a small picture in other sizes, by Pillow (8 bits, exact) and PyTorch (float64)
"""

import base64
import io
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import PIL
import tifffile
import torch
from PIL import Image, ImageOps

rng = np.random.default_rng(7)


def b64(data):
    return base64.b64encode(data).decode()


def photo(height, width, channels, depth=8):
    """Smooth and structured, so that lossy formats stay close."""
    y, x = np.mgrid[0:height, 0:width]
    full = 2**depth - 1
    planes = [np.sin(x / (5 + c)) * np.cos(y / (4 + c)) * 0.4 + 0.5 + 0.02 * c for c in range(channels)]
    out = np.clip(np.stack(planes, -1) * full, 0, full)
    return out.astype(np.uint16 if depth == 16 else np.uint8)


def noise(height, width, channels, depth=8):
    return rng.integers(0, 2**depth, (height, width, channels)).astype(np.uint16 if depth == 16 else np.uint8)


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(pixels, extra=b"", interlaced=False):
    """Writes what Pillow cannot: 16-bit colours and Adam7 (PNG specification, 8.1)."""
    height, width, channels = pixels.shape
    big = pixels.astype(">u2") if pixels.dtype == np.uint16 else pixels
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, pixels.dtype.itemsize * 8, kind, 0, 0, int(interlaced))
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = b""
    for top, left, down, right in passes if interlaced else [(0, 0, 1, 1)]:
        for row in big[top::down, left::right]:
            if row.size:
                rows += b"\0" + row.tobytes()
    body = png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def saved(image, **options):
    out = io.BytesIO()
    image.save(out, **options)
    return out.getvalue()


def tiff(pixels, **options):
    out = io.BytesIO()
    tifffile.imwrite(out, pixels, **options)
    return out.getvalue()


def reopened(file, mode=None):
    with Image.open(io.BytesIO(file)) as image:
        array = np.asarray(image.convert(mode) if mode else image)
    return array if array.ndim == 3 else array[..., None]


def entry(name, file, pixels, tolerance=0):
    height, width, channels = pixels.shape
    kinds = {np.dtype(np.uint8): 8, np.dtype(np.uint16): 16}
    return {
        "name": name,
        "file": b64(file),
        "width": width,
        "height": height,
        "channels": channels,
        "bitDepth": kinds[pixels.dtype],
        "pixels": b64(pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()),
        "tolerance": tolerance,
    }


def bmp_top_down(file):
    """The same pixels with a negative height and the rows turned over."""
    data = bytearray(file)
    start, (width, height), bits = struct.unpack_from("<I", data, 10)[0], struct.unpack_from("<ii", data, 18), data[28]
    stride = (width * bits + 31) // 32 * 4
    rows = [bytes(data[start + i * stride : start + (i + 1) * stride]) for i in range(height)]
    struct.pack_into("<i", data, 22, -height)
    return bytes(data[:start]) + b"".join(reversed(rows))


def bmp_with_masks(file):
    """The same pixels under a BITMAPV4HEADER that declares the masks of red, green, blue and alpha."""
    data = bytearray(file)
    start = struct.unpack_from("<I", data, 10)[0]
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<I", 108) + bytes(data[18:30]) + struct.pack("<I", 3) + bytes(data[34:54]) + masks + bytes(52)
    head = b"BM" + struct.pack("<IHHI", 14 + 108 + len(data) - start, 0, 0, 14 + 108)
    return head + header + bytes(data[start:])


def pictures():
    rgb, rgba, grey, grey_alpha = noise(9, 13, 3), noise(9, 13, 4), noise(9, 13, 1), noise(9, 13, 2)
    rgb16, rgba16, grey16, grey_alpha16 = (noise(9, 13, c, 16) for c in (3, 4, 1, 2))
    palette = Image.fromarray(rgb).quantize(16, dither=Image.Dither.NONE)
    bits = Image.fromarray(np.where(grey[..., 0] > 127, 255, 0).astype(np.uint8)).convert("1", dither=Image.Dither.NONE)
    clear = saved(palette, format="PNG", transparency=3)
    smooth = photo(40, 48, 3)

    yield entry("png rgb", saved(Image.fromarray(rgb), format="PNG"), rgb)
    yield entry("png rgba, colours under alpha 0 kept", saved(Image.fromarray(rgba), format="PNG"), rgba)
    yield entry("png grey", saved(Image.fromarray(grey[..., 0]), format="PNG"), grey)
    yield entry("png grey and alpha", saved(Image.fromarray(grey_alpha, "LA"), format="PNG"), grey_alpha)
    yield entry("png grey 16", saved(Image.fromarray(grey16[..., 0]), format="PNG"), grey16)
    yield entry("png rgb 16", png(rgb16), rgb16)
    yield entry("png rgba 16", png(rgba16), rgba16)
    yield entry("png grey and alpha 16", png(grey_alpha16), grey_alpha16)
    yield entry("png interlaced", png(rgb, interlaced=True), rgb)
    yield entry("png interlaced 16", png(rgb16, interlaced=True), rgb16)
    yield entry("png palette", saved(palette, format="PNG"), reopened(saved(palette, format="PNG"), "RGB"))
    yield entry("png palette of 4 bits", saved(palette, format="PNG", bits=4), np.asarray(palette.convert("RGB")))
    yield entry("png palette with a transparent colour", clear, reopened(clear, "RGBA"))
    yield entry("png 1 bit", saved(bits, format="PNG"), np.asarray(bits.convert("L"))[..., None])
    key = tuple(int(v) for v in rgb[2, 5])
    keyed = png(rgb, extra=png_chunk(b"tRNS", struct.pack(">3H", *key)))
    yield entry("png rgb with a transparent colour", keyed, reopened(keyed, "RGBA"))

    yield entry("tiff rgb 16", tiff(rgb16, photometric="rgb"), rgb16)
    yield entry("tiff grey 16, big endian", tiff(grey16[..., 0], photometric="minisblack", byteorder=">"), grey16)
    yield entry("tiff rgb, deflate", tiff(rgb, photometric="rgb", compression="zlib", predictor=True), rgb)
    yield entry("tiff rgba", tiff(rgba, photometric="rgb", extrasamples=["unassalpha"]), rgba)
    yield entry("bigtiff grey", tiff(grey[..., 0], photometric="minisblack", bigtiff=True), grey)
    yield entry("webp lossless", saved(Image.fromarray(rgba), format="WEBP", lossless=True, exact=True), rgba)
    gif = saved(palette, format="GIF", save_all=True, append_images=[palette.transpose(Image.Transpose.ROTATE_180)])
    # The second frame may leave pixels of the first: the file has transparency, though this frame uses none.
    yield entry("gif, first frame of two", gif, np.asarray(palette.convert("RGBA")))
    yield entry("gif", saved(palette, format="GIF"), np.asarray(palette.convert("RGB")))

    bmp = saved(Image.fromarray(rgb), format="BMP")
    yield entry("bmp 24 bits", bmp, rgb)
    yield entry("bmp 24 bits from the top", bmp_top_down(bmp), rgb)
    wide = saved(Image.fromarray(rgba), format="BMP")
    yield entry("bmp 32 bits, the fourth byte unused", wide, reopened(wide, "RGB"))
    masked = bmp_with_masks(wide)
    assert np.array_equal(reopened(masked), rgba)
    yield entry("bmp 32 bits with alpha", masked, rgba)
    yield entry("bmp palette", saved(palette, format="BMP"), np.asarray(palette.convert("RGB")))
    yield entry("bmp 1 bit", saved(bits, format="BMP"), np.asarray(bits.convert("RGB")))
    yield entry("bmp grey", saved(Image.fromarray(grey[..., 0]), format="BMP"), np.repeat(grey, 3, -1))

    # Two decoders of a JPEG may differ by the rounding of the transform; 4:2:0 adds that of the colour planes.
    for name, image, options in [
        ("jpeg", Image.fromarray(smooth), {"quality": 95, "subsampling": 0}),
        ("jpeg 4:2:0, progressive", Image.fromarray(smooth), {"quality": 95, "subsampling": 2, "progressive": True}),
        ("jpeg grey", Image.fromarray(smooth[..., 0]), {"quality": 95}),
    ]:
        file = saved(image, format="JPEG", **options)
        yield entry(name, file, reopened(file), tolerance=3)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        exif[0x8298] = "somebody"
        file = saved(Image.fromarray(smooth[:, :32]), format="JPEG", quality=95, subsampling=0, exif=exif)
        with Image.open(io.BytesIO(file)) as image:
            upright = np.asarray(ImageOps.exif_transpose(image))
        yield entry(f"jpeg orientation {orientation}", file, upright, tolerance=3)
    # Inks of constant strength; the conversion to sRGB needs a profile that the file does not carry, so the colours
    # only have to be near: no ink is white, all inks are near black.
    for name, ink, color in [("no ink", (0, 0, 0, 0), 255), ("all inks", (255, 255, 255, 255), 0)]:
        file = saved(Image.new("CMYK", (16, 16), ink), format="JPEG", quality=95)
        yield entry(f"jpeg cmyk, {name}", file, np.full((16, 16, 3), color, np.uint8), tolerance=45)


def resize():
    small = noise(11, 17, 3)
    image = Image.fromarray(small)
    filters = {"cubic": Image.Resampling.BICUBIC, "linear": Image.Resampling.BILINEAR, "lanczos": Image.Resampling.LANCZOS}
    cases = []
    for kernel, resample in filters.items():
        # Pillow 13 resizes the rows first where the height shrinks much more than the width; all others, columns first.
        for width, height in [(5, 4), (34, 22), (7, 40), (17, 30), (5, 11)]:
            values = np.asarray(image.resize((width, height), resample))
            cases.append({"preset": "pil", "kernel": kernel, "width": width, "height": height, "pixels": b64(values.tobytes())})
    x = torch.from_numpy(small).permute(2, 0, 1)[None].double() / 255
    for antialias in (False, True):
        for kernel, mode in [("cubic", "bicubic"), ("linear", "bilinear")]:
            for width, height in [(5, 4), (34, 22)]:
                y = torch.nn.functional.interpolate(x, (height, width), mode=mode, align_corners=False, antialias=antialias)
                values = y[0].permute(1, 2, 0).numpy().astype("<f8").tobytes()
                case = {"preset": "torch", "kernel": kernel, "antialias": antialias, "width": width, "height": height}
                cases.append({**case, "values": b64(values)})
    return {"width": 17, "height": 11, "pixels": b64(small.tobytes()), "cases": cases}


def main():
    out = Path(sys.argv[1])
    versions = {m.__name__: m.__version__ for m in (np, PIL, tifffile, torch)}
    for name, content in {"pictures": {"cases": list(pictures())}, "resize": resize()}.items():
        text = json.dumps({"tool": "tools/oracles/data.py", "versions": versions, **content}, indent=1)
        (out / f"{name}.json").write_text(text + "\n")


main()
