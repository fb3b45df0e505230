"""Golden feature maps of the pretrained networks, by torchvision.

python tools/oracles/features.py ASSETS OUT
    ASSETS  the folder of shared assets (see CONTRIBUTING)
    OUT     packages/sr-features/src/golden/features.json

Every network with random weights (random_weights.py) on a small picture of odd size, and those whose real weights are
among the assets on a picture of the assets. Computed in float64. For every tap: its shape, its root mean square, the mean
of its absolute values, and values at evenly spread places, in units of the root mean square. Arrays are in TensorFlow's
order of axes.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision
from PIL import Image
from safetensors.torch import load_file
from torch import nn
from torchvision import models

from philox import Random
from random_weights import fill, random_tensor

torch.set_num_threads(1)
torch.set_grad_enabled(False)

SEED = 1
SAMPLES = 24
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def vgg_taps(depths):
    taps, index = {}, 0
    for stage, depth in enumerate(depths, 1):
        for i in range(1, depth + 1):
            taps[f"conv{stage}_{i}"], taps[f"relu{stage}_{i}"] = f"features.{index}", f"features.{index + 1}"
            index += 2
        taps[f"pool{stage}"] = f"features.{index}"
        index += 1
    return taps


def numbered(prefix, modules):
    return {f"{prefix}{i}": module for i, module in modules.items()}


ALEX = {
    **numbered("conv", {1: "features.0", 2: "features.3", 3: "features.6", 4: "features.8", 5: "features.10"}),
    **numbered("relu", {1: "features.1", 2: "features.4", 3: "features.7", 4: "features.9", 5: "features.11"}),
    **numbered("pool", {1: "features.2", 2: "features.5", 5: "features.12"}),
}
FIRES = {2: 3, 3: 4, 4: 6, 5: 7, 6: 9, 7: 10, 8: 11, 9: 12}
SQUEEZE = {
    "conv1": "features.0",
    "relu1": "features.1",
    **numbered("pool", {1: "features.2", 3: "features.5", 5: "features.8"}),
    **{f"fire{fire}": f"features.{i}" for fire, i in FIRES.items()},
    # Before the ReLU: both expanding convolutions side by side.
    **{f"fire{fire}/linear": [f"features.{i}.expand1x1", f"features.{i}.expand3x3"] for fire, i in FIRES.items()},
}
INCEPTIONS = ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]
GOOGLE = {
    "conv1": "conv1.conv",
    "relu1": "conv1",
    "relu2": "conv2",
    "conv3": "conv3.conv",
    "relu3": "conv3",
    **numbered("pool", {i: f"maxpool{i}" for i in range(1, 5)}),
    **{f"inception{name}": f"inception{name}" for name in INCEPTIONS},
    **{
        f"inception{name}/linear": [
            f"inception{name}.{branch}.bn" for branch in ("branch1", "branch2.1", "branch3.1", "branch4.1")
        ]
        for name in INCEPTIONS
    },
}


def resnet_taps(depths):
    taps = {"conv1": "conv1", "relu1": "relu", "pool1": "maxpool"}
    for stage, depth in enumerate(depths, 1):
        taps.update({f"relu{stage + 1}_{i + 1}": f"layer{stage}.{i}" for i in range(depth)})
    return taps


DENSE = {
    "conv1": "features.conv0",
    "relu1": "features.relu0",
    "pool1": "features.pool0",
    **{f"block{i}": f"features.denseblock{i}" for i in range(1, 5)},
    **{f"transition{i}": f"features.transition{i}" for i in range(1, 4)},
    "norm5": "features.norm5",
}

# A builder, the taps, and the height and width of the picture.
NETWORKS = {
    "alexnet": (models.alexnet, ALEX, (67, 75)),
    "squeezenet1_1": (models.squeezenet1_1, SQUEEZE, (54, 45)),
    "vgg16": (models.vgg16, vgg_taps([2, 2, 3, 3, 3]), (35, 37)),
    "vgg19": (models.vgg19, vgg_taps([2, 2, 4, 4, 4]), (33, 35)),
    "googlenet": (lambda: models.googlenet(aux_logits=False, init_weights=False), GOOGLE, (54, 45)),
    "resnet18": (models.resnet18, resnet_taps([2, 2, 2, 2]), (45, 38)),
    "resnet50": (models.resnet50, resnet_taps([3, 4, 6, 3]), (45, 38)),
    "densenet169": (models.densenet169, DENSE, (45, 38)),
}

HEADLESS = ("alexnet", "vgg16", "vgg19")

# The Caffe networks, in PyTorch's functions.


class CaffeGoogLeNet(nn.Module):
    """deploy.prototxt of BVLC GoogLeNet: taps by the names of this project."""

    def __init__(self, tensors):
        super().__init__()
        self.tensors = tensors

    def conv(self, x, name, stride=1):
        weight, bias = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        return nn.functional.conv2d(x, weight, bias, stride=stride, padding=weight.shape[-1] // 2)

    def taps(self, x):
        relu, pool = nn.functional.relu, lambda x: nn.functional.max_pool2d(x, 3, 2, ceil_mode=True)
        norm = lambda x: nn.functional.local_response_norm(x, 5, alpha=1e-4, beta=0.75, k=1)
        taps = {}
        taps["conv1"] = x = self.conv(x, "conv1/7x7_s2", 2)
        taps["relu1"] = x = relu(x)
        taps["pool1"] = x = pool(x)
        taps["norm1"] = x = norm(x)
        taps["relu2"] = x = relu(self.conv(x, "conv2/3x3_reduce"))
        taps["conv3"] = x = self.conv(x, "conv2/3x3")
        taps["relu3"] = x = relu(x)
        taps["norm2"] = x = norm(x)
        taps["pool2"] = x = pool(x)
        for name in INCEPTIONS:
            if name in ("4a", "5a"):
                x = pool(x)
                taps["pool3" if name == "4a" else "pool4"] = x
            conv = lambda x, layer: self.conv(x, f"inception_{name}/{layer}")
            x = torch.cat(
                [
                    conv(x, "1x1"),
                    conv(relu(conv(x, "3x3_reduce")), "3x3"),
                    conv(relu(conv(x, "5x5_reduce")), "5x5"),
                    conv(nn.functional.max_pool2d(x, 3, 1, 1), "pool_proj"),
                ],
                1,
            )
            taps[f"inception{name}/linear"] = x
            taps[f"inception{name}"] = x = relu(x)
        return taps

    def logits(self, taps):
        return self.conv(taps["inception5b"].mean((2, 3), keepdim=True), "loss3/classifier")[..., 0, 0]


def caffe_squeezenet(tensors):
    """torchvision's module has the same layers."""
    network = models.squeezenet1_1()
    names = {"conv1": "features.0", "conv10": "classifier.1"}
    for fire, i in FIRES.items():
        names[f"fire{fire}/squeeze1x1"] = f"features.{i}.squeeze"
        for expand in ("expand1x1", "expand3x3"):
            names[f"fire{fire}/{expand}"] = f"features.{i}.{expand}"
    network.load_state_dict(
        {f"{own}.{part}": tensors[f"{caffe}.{part}"].float() for caffe, own in names.items() for part in ("weight", "bias")}
    )
    return network.eval()


def run(network, taps, x):
    """The outputs of modules by the name of the tap."""
    outputs = {}
    modules = dict(network.named_modules())
    for module in modules.values():
        if hasattr(module, "inplace"):
            module.inplace = False

    def keep(tap):
        # The ReLU of a block is used twice, its last output is the block's.
        return lambda module, inputs, output: outputs.__setitem__(tap, output.clone())

    hooks = []
    for tap, path in taps.items():
        for part in [path] if isinstance(path, str) else path:
            name = tap if isinstance(path, str) else f"{tap} {part}"
            hooks.append(modules[part].register_forward_hook(keep(name)))
    result = network(x)
    for hook in hooks:
        hook.remove()
    for tap, path in taps.items():
        if not isinstance(path, str):
            outputs[tap] = torch.cat([outputs.pop(f"{tap} {part}") for part in path], 1)
    return outputs, result


def nhwc(x):
    return x.permute(0, 2, 3, 1).contiguous()


def describe(x):
    """Shape, size and samples of values in TensorFlow's order of axes."""
    flat = (nhwc(x) if x.ndim == 4 else x).reshape(-1)
    rms = flat.square().mean().sqrt().item()
    places = [i * flat.numel() // SAMPLES for i in range(SAMPLES)]
    return {
        "shape": list(nhwc(x).shape if x.ndim == 4 else x.shape),
        "rms": float(f"{rms:.7g}"),
        "mean": float(f"{flat.abs().mean().item() / rms:.7g}"),
        "samples": [float(f"{flat[i].item() / rms:.6g}") for i in places],
    }


def random_picture(height, width):
    random = Random(SEED)
    values = [random.int8() for _ in range(height * width * 3)]
    return torch.tensor(values, dtype=torch.float64).reshape(1, height, width, 3).permute(0, 3, 1, 2) / 255


def int8(self):
    return int(self.uint32() / 2**32 * 256)


Random.int8 = int8


def normalized(x):
    shape = (1, 3, 1, 1)
    return (x - torch.tensor(MEAN).double().reshape(shape)) / torch.tensor(DEVIATION).double().reshape(shape)


def caffe(x, mean):
    return x.flip(1) * 255 - torch.tensor(mean).double().reshape(1, 3, 1, 1)


def gradient(network, taps, tap, x):
    """The gradient of sum(tap * cotangent) with respect to the picture, cotangents from -1 to 1."""
    with torch.enable_grad():
        x = x.clone().requires_grad_()
        outputs, _ = run(network, {tap: taps[tap]}, normalized(x))
        y = nhwc(outputs[tap])
        random = Random(SEED + 1)
        cotangent = torch.tensor([random.uniform(-1, 1) for _ in range(y.numel())], dtype=torch.float64)
        (dx,) = torch.autograd.grad((y.reshape(-1) * cotangent).sum(), x)
    return describe(dx)


def make(name):
    """A module without values; of AlexNet and VGG the features alone, whose heads are larger than all the rest."""
    with torch.device("meta"):
        network = NETWORKS[name][0]()
    if name in HEADLESS:
        network.avgpool, network.classifier = nn.Identity(), nn.Identity()
    return network.to_empty(device="cpu").eval()


def random_cases():
    for name, (_, taps, size) in NETWORKS.items():
        outputs, logits = run(fill(make(name), SEED).double(), taps, normalized(random_picture(*size)))
        case = {"size": size, "taps": {tap: describe(outputs[tap]) for tap in taps}}
        if name not in HEADLESS:
            case["logits"] = describe(logits)
        yield name, case


def gradients():
    for name, tap in [("alexnet", "conv2"), ("squeezenet1_1", "fire3"), ("vgg16", "conv2_2"), ("googlenet", "inception3a")]:
        _, taps, size = NETWORKS[name]
        yield {"network": name, "tap": tap, **gradient(fill(make(name), SEED).double(), taps, tap, random_picture(*size))}


def real_cases(assets):
    def read(path):
        bytes_ = (assets / path).read_bytes()
        return load_file(assets / path), {"weights": path, "sha256": hashlib.sha256(bytes_).hexdigest()}

    path = "data/iqa/lpips_examples/ex_ref.png"
    pixels = np.array(Image.open(assets / path).convert("RGB"))[:64, :63]
    x = torch.from_numpy(pixels).double().permute(2, 0, 1)[None] / 255
    picture = {"picture": path, "pictureSha256": hashlib.sha256((assets / path).read_bytes()).hexdigest()}

    for name, file, last in [
        ("alexnet", "weights/alexnet_torchvision_features.f32.safetensors", "pool5"),
        ("squeezenet1_1", "weights/squeezenet1_1_torchvision_features.f32.safetensors", "fire9"),
        ("vgg16", "weights/vgg16_torchvision_conv1_2.f32.safetensors", "relu2_2"),
    ]:
        taps = NETWORKS[name][1]
        tensors, about = read(file)
        network = make(name)
        network.load_state_dict(tensors, strict=False)
        known = list(taps)[: list(taps).index(last) + 1] if name == "vgg16" else list(taps)
        if name == "vgg16":
            network.features = network.features[:9]
        if name == "squeezenet1_1":
            network.classifier = nn.Identity()
        outputs, _ = run(network.double(), {t: taps[t] for t in known}, normalized(x))
        yield {"network": name, **about, **picture, "size": [64, 63], "taps": {t: describe(outputs[t]) for t in known}}

    tensors, about = read("weights/squeezenet_v1.1_caffe_full.f16.safetensors")
    outputs, logits = run(caffe_squeezenet(tensors).double(), SQUEEZE, caffe(x, [104, 117, 123]))
    taps = {t: describe(outputs[t]) for t in SQUEEZE}
    yield {"network": "squeezenet1_1", **about, **picture, "size": [64, 63], "taps": taps, "logits": describe(logits)}

    tensors, about = read("weights/bvlc_googlenet_full.f16.safetensors")
    google = CaffeGoogLeNet({name: value.double() for name, value in tensors.items()})
    outputs = google.taps(caffe(x, [104, 117, 123]))
    taps = {t: describe(output) for t, output in outputs.items()}
    logits = describe(google.logits(outputs))
    yield {"network": "caffe-googlenet", **about, **picture, "size": [64, 63], "taps": taps, "logits": logits}


def main(assets, out):
    golden = {
        "tool": f"torch {torch.__version__.split('+')[0]}, torchvision {torchvision.__version__.split('+')[0]}, float64",
        # Relative to the root mean square; sums of thousands of float32 products through dozens of layers.
        "tolerance": 1e-4,
        "seed": SEED,
        # Exact: nine digits tell every float32.
        "weights": [
            {"name": name, "shape": shape, "values": [float(f"{v:.9g}") for v in random_tensor(name, shape, 2**31 + 7).flatten()]}
            for name, shape in [("features.0.weight", (2, 3, 1, 3)), ("a.bias", (5,)), ("bn.running_var", (9,)), ("bn.weight", (3,))]
        ],
        "random": dict(random_cases()),
        "gradients": list(gradients()),
        "real": list(real_cases(assets)),
    }
    out.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]))
