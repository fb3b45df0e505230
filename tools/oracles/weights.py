"""Files for the tests of the weight readers, written by PyTorch and safetensors, and what these tools read from them.

python tools/oracles/weights.py ASSETS
    ASSETS  the folder of shared assets (see CONTRIBUTING)

Writes packages/sr-tensor/src/weights/golden/. Tolerance of everything: 0 (the same float32 values, the same bytes).
"""

import hashlib
import io
import json
import math
import os
import pickle
import pickletools
import struct
import subprocess
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import safetensors
import safetensors.torch
import torch

ASSETS = Path(sys.argv[1])
OUT = Path(__file__).parents[2] / "packages/sr-tensor/src/weights/golden"

DTYPES = {
    torch.float64: "f64",
    torch.float32: "f32",
    torch.float16: "f16",
    torch.bfloat16: "bf16",
    torch.int64: "i64",
    torch.int32: "i32",
    torch.int16: "i16",
    torch.int8: "i8",
    torch.uint64: "u64",
    torch.uint32: "u32",
    torch.uint16: "u16",
    torch.uint8: "u8",
    torch.bool: "bool",
}


def number(value):
    return value if math.isfinite(value) else str(value)


def described(tensor):
    values = tensor.detach().contiguous().to(torch.float32).flatten().tolist()
    return {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "values": [number(v) for v in values]}


def state_of(tensors):
    return {name: described(tensor) for name, tensor in tensors.items()}


# --- What the files hold ---


def every_dtype():
    random = np.random.RandomState(1)
    normal = torch.from_numpy(random.standard_normal((2, 3)))
    whole = torch.from_numpy(random.randint(-100, 100, (3, 2)))
    tensors = OrderedDict()
    tensors["float64"] = normal * 1e10
    tensors["float32"] = torch.tensor([1.5, -0.0, math.inf, -math.inf, math.nan, 1e-45])
    tensors["float16"] = torch.tensor([1 / 3, -65504.0, 6e-8, math.inf, math.nan]).half()
    tensors["bfloat16"] = torch.tensor([1 / 3, -3e38, 1e-40, math.inf, math.nan]).bfloat16()
    tensors["int64"] = torch.tensor([0, 1, -1, 2**40 + 1, -(2**53), 2**31])
    tensors["int32"] = whole.int() * 20_000_000
    tensors["int16"] = whole.short() * 300
    tensors["int8"] = whole.to(torch.int8)
    tensors["uint8"] = torch.tensor([0, 127, 128, 255], dtype=torch.uint8)
    tensors["bool"] = torch.tensor([[True], [False]])
    return tensors


def newer_dtypes():
    """Those without a storage class of their own; PyTorch itself cannot read them back from the legacy format."""
    return {
        "uint16": torch.tensor([0, 65535], dtype=torch.uint16),
        "uint32": torch.tensor([[0, 1], [2, 4294967295]], dtype=torch.uint32).t(),
        "uint64": torch.tensor([0, 2**40], dtype=torch.uint64),
    }


def every_layout():
    base = torch.arange(24, dtype=torch.float32)
    image = torch.arange(2 * 3 * 2 * 2, dtype=torch.float16).reshape(2, 3, 2, 2)
    return {
        "whole": base,
        "matrix": base.view(4, 6),
        "transposed": base.view(4, 6).t(),
        "part": base[5:11].view(2, 3),
        "steps": base.view(4, 6)[1::2, ::3],
        "permuted": base.view(2, 3, 4).permute(2, 0, 1),
        "expanded": base[3:4].expand(3, 2),
        "channels_last": image.contiguous(memory_format=torch.channels_last),
        "scalar": torch.tensor(7.0),
        "empty": torch.zeros(0, 3),
        "ones": torch.arange(3.0).view(1, 3, 1),
    }


def network_state():
    torch.manual_seed(3)
    return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)).state_dict()


# --- PyTorch files ---


def saved(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


LEGACY = {"_use_new_zipfile_serialization": False}


def rezipped(content, change):
    """The zip file with each record passed through `change(name, data)`."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, change(name, source.read(name)))
    return target.getvalue()


def big_endian(content):
    """As a big-endian machine writes it; all elements of 4 bytes."""

    def change(name, data):
        if name.endswith("/byteorder"):
            return b"big"
        return np.frombuffer(data, ">f4").astype("<f4").tobytes() if "/data/" in name else data

    return rezipped(content, change)


def deflated(content):
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
    return target.getvalue()


class StorageId:
    def __init__(self, *parts):
        self.parts = parts


def legacy_with_views():
    """As PyTorch 0.x wrote it under Python 2: storages that are views of others, OrderedDicts from lists of pairs."""

    class Pickler(pickle._Pickler):
        def persistent_id(self, value):
            return value.parts if isinstance(value, StorageId) else None

    class Tensor:
        def __init__(self, *arguments):
            self.arguments = arguments

        def __reduce__(self):
            return torch._utils._rebuild_tensor, self.arguments

    class Pairs:
        def __reduce__(self):
            return OrderedDict, ([["first", Tensor(first, 1, (2, 2), (2, 1))], ["second", Tensor(second, 0, (3,), (1,))]],)

    first = StorageId("storage", torch.FloatStorage, "10", "cpu", 8, ("11", 0, 5))
    second = StorageId("storage", torch.FloatStorage, "10", "cpu", 8, ("12", 5, 3))
    buffer = io.BytesIO()
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    for value in (0x1950A86A20F9469CFC6C, 1001, system):
        pickle.dump(value, buffer, protocol=2)
    Pickler(buffer, protocol=2).dump(Pairs())
    pickle.dump(["10"], buffer, protocol=2)
    buffer.write(struct.pack("<q", 8) + np.arange(8, dtype="<f4").tobytes())
    return buffer.getvalue()


# --- Files that would run something ---


class Evil:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


class Network(torch.nn.Module):
    """A whole network, which old tutorials saved instead of its state."""


EVIL = {
    "system": Evil(os.system, "touch /tmp/sr-was-here"),
    "eval": Evil(eval, "1 + 1"),
    "exec": Evil(exec, "import os"),
    "getattr": Evil(getattr, "text", "upper"),
    "import": Evil(__import__, "os"),
    "popen": Evil(subprocess.Popen, ["true"]),
    "open": Evil(open, "/tmp/sr-was-here", "w"),
    "torch-load": Evil(torch.load, "other.pth"),
    "torch-hub": Evil(torch.hub.load, "someone/something", "model"),
    "module": Network(),
    "numpy": np.float64(0.5),
}


def globals_of(content):
    """The names a pickle asks for, in its order, by Python's own disassembler."""
    names, texts = [], []
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name in ("GLOBAL", "INST"):
            names.append(argument.replace(" ", "."))
        elif opcode.name == "STACK_GLOBAL":
            names.append(".".join(texts[-2:]))
        elif isinstance(argument, str):
            texts.append(argument)
    return names


def evil_files():
    state = {"weight": torch.ones(2)}
    for name, value in EVIL.items():
        yield f"evil-{name}.zip.pth", saved({**state, "x": value})
        if name != "module":  # the legacy format would put the path and text of this script into the file
            yield f"evil-{name}.legacy.pth", saved({**state, "x": value}, **LEGACY)
    evil = EVIL["system"]
    yield "evil-protocol-4.pth", saved({"x": evil}, pickle_protocol=4)
    yield "evil-raw.pth", pickle.dumps(evil, protocol=4)
    # INST instead of GLOBAL and REDUCE.
    yield "evil-inst.pth", b"\x80\x02(X\x02\x00\x00\x00idios\nsystem\n."


def first_pickle_that_calls(content):
    if content[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(content))
        return next(archive.read(name) for name in archive.namelist() if name.endswith("/data.pkl"))
    stream = io.BytesIO(content)
    while True:
        start = stream.tell()
        for _ in pickletools.genops(stream):
            pass
        if globals_of(content[start : stream.tell()]):
            return content[start : stream.tell()]


# --- Half precision ---


def float_bits(values):
    """The bits of float32 values, with one NaN for all: its payload is nobody's business."""
    bits = values.astype("<f4").view("<u4").copy()
    bits[np.isnan(values)] = 0x7FC00000
    return bits.astype("<u4").tobytes()


def half_tables():
    with np.errstate(over="ignore", invalid="ignore"):
        halves = np.arange(65536, dtype="<u2").view("<f2")
        wide = halves.astype("<f4")
        # Around each border between two halves: just below, at (a tie) and just above the middle.
        finite = np.sort(wide[np.isfinite(wide)])
        middles = ((finite[1:].astype("f8") + finite[:-1]) / 2).astype("<f4")
        probes = np.concatenate(
            [finite, middles, np.nextafter(middles, np.float32(np.inf)), np.nextafter(middles, np.float32(-np.inf))]
            + [np.array([65519.996, 65520, -65520, 1e30, np.inf, -np.inf, 2.0**-25, 2.0**-26, 1e-45], "<f4")]
        ).astype("<f4")
        narrow = probes.astype("<f2").view("<u2")
    return {
        "halfToFloat": hashlib.sha256(float_bits(wide)).hexdigest(),
        "probes": hashlib.sha256(probes.view("<u4").tobytes()).hexdigest(),
        "floatToHalf": hashlib.sha256(narrow.tobytes()).hexdigest(),
    }


# --- safetensors ---


def reference_tensors():
    random = np.random.RandomState(5)
    names = ["body.10.weight", "body.2.weight", "10", "2", "__proto__", "constructor", "\u00e4\u4e2d\"\\"]
    return {name: torch.from_numpy(random.standard_normal((2, i + 1)).astype("<f4")) for i, name in enumerate(names)}


def digest(tensors):
    """One hash of everything: names, dtypes, shapes, float32 values, in the order of the names."""
    hashed = hashlib.sha256()
    for name, value in sorted(tensors.items()):
        hashed.update(f"{name} {DTYPES[value.dtype]} {list(value.shape)}\n".encode())
        hashed.update(value.float().contiguous().numpy().tobytes())
    return hashed.hexdigest()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    files = {
        "dtypes.zip.pth": saved(every_dtype()),
        "newer-dtypes.zip.pth": saved(newer_dtypes()),
        "dtypes.legacy.pth": saved(every_dtype(), **LEGACY),
        "layouts.zip.pth": saved(every_layout()),
        "layouts.legacy.pth": saved(every_layout(), **LEGACY),
        "state.zip.pth": saved(network_state()),
        "state.legacy.pth": saved(network_state(), **LEGACY),
        "state.protocol-4.pth": saved(network_state(), pickle_protocol=4),
        "parameters.pth": saved({name: torch.nn.Parameter(torch.ones(2) * i) for i, name in enumerate("ab")}),
        "big-endian.pth": big_endian(saved({"w": torch.arange(6.0).view(2, 3), "v": torch.tensor([-1.5])})),
        "deflated.pth": deflated(saved(network_state())),
        "views.legacy.pth": legacy_with_views(),
    }
    state = network_state()
    ema = OrderedDict((name, value + 1) for name, value in state.items())
    files["checkpoint.pth"] = saved({"params": state, "params_ema": ema, "step": 3, "note": "text", "rate": 1e-4})
    files["other-keys.pth"] = saved({"generator": state, "epoch": 3})

    golden = {
        "tool": {"torch": torch.__version__, "numpy": np.__version__, "safetensors": safetensors.__version__},
        "tolerance": 0,
        "pth": {},
        "unsafe": {},
        "safetensors": {},
        "assets": {},
        "half": half_tables(),
    }
    for name, content in files.items():
        (OUT / name).write_bytes(content)
        loaded = torch.load(io.BytesIO(content), weights_only=False)  # written above
        parts = {key: value for key, value in loaded.items() if isinstance(value, dict)}
        golden["pth"][name] = {key: state_of(value) for key, value in parts.items()} if parts else {"": state_of(loaded)}

    allowed = ("torch._utils._rebuild_", "torch.FloatStorage", "collections.OrderedDict")
    for name, content in evil_files():
        (OUT / name).write_bytes(content)
        names = globals_of(first_pickle_that_calls(content))
        golden["unsafe"][name] = next(each for each in names if not each.startswith(allowed))

    tensors = reference_tensors()
    metadata = {"note": "one line\nanother \u00e4"}
    (OUT / "reference.f32.safetensors").write_bytes(safetensors.torch.save(tensors, metadata))
    (OUT / "reference.f16.safetensors").write_bytes(
        safetensors.torch.save({name: value.half() for name, value in tensors.items()})
    )
    dtypes = {**every_dtype(), **{name: value.contiguous() for name, value in newer_dtypes().items()}}
    (OUT / "dtypes.safetensors").write_bytes(safetensors.torch.save(dtypes))
    golden["safetensors"] = {"reference.f32.safetensors": state_of(tensors), "dtypes.safetensors": state_of(dtypes)}

    for path in sorted((ASSETS / "weights").glob("**/*.pth")):
        golden["assets"][path.relative_to(ASSETS).as_posix()] = digest(
            torch.load(path, map_location="cpu", weights_only=True)
        )
    for path in sorted((ASSETS / "weights").glob("**/*.safetensors")):
        golden["assets"][path.relative_to(ASSETS).as_posix()] = digest(safetensors.torch.load_file(path))
    (OUT / "weights.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":

    main()
