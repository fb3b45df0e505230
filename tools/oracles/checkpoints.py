"""Published state dicts and what they compute, by PyTorch: networks with the module names of each reference implementation.

Parameters are filled by their published names from random_weights.py; constants, copies and unused layers are as the
implementations write them. Writes packages/sr-models/src/golden/checkpoints.json and esrgan-old.pth. Run with the packages
of requirements.txt: python tools/oracles/checkpoints.py

With a folder as argument it reads NAME.safetensors of each case from there instead, loads it strictly and compares outputs.
"""
import json
import math
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional

from generators import Enhancenet, Imdn, PlainBlock, Rrdb, Spsr, Srresnet, Tsrn, conv, leaky, nearest, picture
from random_weights import random_tensor

OUT = pathlib.Path(__file__).parents[2] / "packages/sr-models/src/golden"
SIZE = (6, 8)
TOLERANCE = 1e-4
torch.set_num_threads(1)


class Esrgan(nn.Module):
    """RRDBNet_arch.py of xinntao/ESRGAN."""

    def __init__(self, channels, blocks, growth):
        super().__init__()
        self.conv_first = conv(3, channels)
        self.RRDB_trunk = nn.Sequential(*(Rrdb(channels, growth, "RDB") for _ in range(blocks)))
        self.trunk_conv, self.upconv1, self.upconv2, self.HRconv = (conv(channels, channels) for _ in range(4))
        self.conv_last = conv(channels, 3)

    def forward(self, x):
        act, first = leaky(0.2), self.conv_first(x)
        f = first + self.trunk_conv(self.RRDB_trunk(first))
        f = act(self.upconv2(nearest(act(self.upconv1(nearest(f))))))
        return self.conv_last(act(self.HRconv(f)))


class Shortcut(nn.Module):
    """ShortcutBlock of BasicSR's first version."""

    def __init__(self, *layers):
        super().__init__()
        self.sub = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.sub(x)


class EsrganOld(nn.Module):
    """architecture.py of BasicSR's first version, the names of RRDB_ESRGAN_x4_old_arch.pth."""

    def __init__(self, channels, blocks, growth):
        super().__init__()
        trunk = [Rrdb(channels, growth, "RDB", wrap=True) for _ in range(blocks)] + [conv(channels, channels)]
        up = [nn.Upsample(scale_factor=2), conv(channels, channels), nn.LeakyReLU(0.2)]
        second = [nn.Upsample(scale_factor=2), conv(channels, channels), nn.LeakyReLU(0.2)]
        end = [conv(channels, channels), nn.LeakyReLU(0.2), conv(channels, 3)]
        self.model = nn.Sequential(conv(3, channels), Shortcut(*trunk), *up, *second, *end)

    def forward(self, x):
        return self.model(x)


class Mmsr(nn.Module):
    """MSRResNet of SRResNet_arch.py, open-mmlab/mmsr."""

    def __init__(self, channels, blocks):
        super().__init__()
        self.conv_first = conv(3, channels)
        self.recon_trunk = nn.Sequential(*(PlainBlock(channels, torch.relu) for _ in range(blocks)))
        self.upconv1, self.upconv2 = conv(channels, 4 * channels), conv(channels, 4 * channels)
        self.HRconv, self.conv_last = conv(channels, channels), conv(channels, 3)

    def forward(self, x):
        act = leaky(0.1)
        f = self.recon_trunk(act(self.conv_first(x)))
        for up in (self.upconv1, self.upconv2):
            f = act(functional.pixel_shuffle(up(f), 2))
        base = functional.interpolate(x, scale_factor=4, mode="bilinear", align_corners=False)
        return self.conv_last(act(self.HRconv(f))) + base


MEAN = (0.4488, 0.4371, 0.4040)


class MeanShift(nn.Conv2d):
    """common.py of EDSR-PyTorch: a frozen convolution."""

    def __init__(self, sign):
        super().__init__(3, 3, 1)
        self.weight.data = torch.eye(3).view(3, 3, 1, 1)
        self.bias.data = sign * 255 * torch.tensor(MEAN)
        self.requires_grad_(False)


class ResBlock(nn.Module):
    def __init__(self, channels, scale):
        super().__init__()
        self.body, self.scale = nn.Sequential(conv(channels, channels), nn.ReLU(), conv(channels, channels)), scale

    def forward(self, x):
        return x + self.body(x) * self.scale


def ups(channels, scale):
    layers = []
    for factor in [3] if scale == 3 else [2] * int(math.log2(scale)):
        layers += [conv(channels, channels * factor**2), nn.PixelShuffle(factor)]
    return nn.Sequential(*layers)


class EdsrPytorch(nn.Module):
    """model/edsr.py of sanghyun-son/EDSR-PyTorch, whose pictures are in [0, 255]."""

    def __init__(self, channels, blocks, scale, residual):
        super().__init__()
        self.sub_mean, self.add_mean = MeanShift(-1), MeanShift(1)
        self.head = nn.Sequential(conv(3, channels))
        self.body = nn.Sequential(*(ResBlock(channels, residual) for _ in range(blocks)), conv(channels, channels))
        self.tail = nn.Sequential(ups(channels, scale), conv(channels, 3))

    def forward(self, x):
        head = self.head(self.sub_mean(x * 255))
        return self.add_mean(self.tail(self.body(head) + head)) / 255


class BasicsrBlock(PlainBlock):
    def __init__(self, channels, scale):
        super().__init__(channels, torch.relu)
        self.scale = scale

    def forward(self, x):
        return x + self.conv2(self.act(self.conv1(x))) * self.scale


class BasicsrEdsr(nn.Module):
    """edsr_arch.py of BasicSR."""

    def __init__(self, channels, blocks, scale, residual):
        super().__init__()
        self.conv_first = conv(3, channels)
        self.body = nn.Sequential(*(BasicsrBlock(channels, residual) for _ in range(blocks)))
        self.conv_after_body = conv(channels, channels)
        self.upsample = ups(channels, scale)
        self.conv_last = conv(channels, 3)

    def forward(self, x):
        mean = torch.tensor(MEAN, dtype=x.dtype).view(1, 3, 1, 1)
        first = self.conv_first((x - mean) * 255)
        f = self.conv_after_body(self.body(first)) + first
        return self.conv_last(self.upsample(f)) / 255 + mean


class GradientKernels(nn.Module):
    """Get_gradient_nopadding of SPSR: two frozen kernels."""

    def __init__(self):
        super().__init__()
        across = torch.tensor([[0.0, 0, 0], [-1, 0, 1], [0, 0, 0]]).view(1, 1, 3, 3)
        self.weight_h = nn.Parameter(across, requires_grad=False)
        self.weight_v = nn.Parameter(across.transpose(2, 3).contiguous(), requires_grad=False)


class PublishedSpsr(Spsr):
    """SPSRNet of Maclory/SPSR, whose `model` ends with a second reference to HR_conv0_new."""

    def __init__(self, scale, channels, blocks, growth):
        super().__init__(scale, channels, blocks, growth)
        self.layers = len(self.model)
        self.model = nn.Sequential(*self.model, self.HR_conv0_new[0])
        self.get_g_nopadding = GradientKernels()

    def forward(self, x):
        whole, self.model = self.model, self.model[: self.layers]
        outputs = super().forward(x)[""]
        self.model = whole
        return outputs


class PublishedTsrn(Tsrn):
    """TSRN x8 of the authors, with the batch norm that it does not apply."""

    def __init__(self, scale, channels, blocks):
        super().__init__(scale, channels, blocks)
        self.bn1 = nn.BatchNorm2d(channels)


RRDB = {"channels": 2, "blocks": 2, "growth": 1}
EDSR = {"scale": 4, "channels": 2, "blocks": 2, "residualScale": 0.5}
SPSR = {"scale": 4, "channels": 2, "blocks": 1, "growth": 1}
TSRN = {"scale": 8, "channels": 2, "blocks": 1}
# Our network and config, the names that the file uses, and a network with them.
CASES = [
    ("rrdbnet", RRDB, "esrgan", Esrgan(**RRDB)),
    ("rrdbnet", RRDB, "esrgan-old", EsrganOld(**RRDB)),
    ("msrresnet", {"channels": 2, "blocks": 2}, "mmsr", Mmsr(2, 2)),
    ("edsr", EDSR, "edsr-pytorch", EdsrPytorch(2, 2, 4, 0.5)),
    ("edsr", EDSR | {"scale": 3}, "basicsr", BasicsrEdsr(2, 2, 3, 0.5)),
    ("spsr", SPSR, "spsr", PublishedSpsr(**SPSR)),
    ("tsrn", TSRN, "tsrn", PublishedTsrn(**TSRN)),
    ("srresnet", {"channels": 2, "blocks": 1}, None, Srresnet(channels=2, blocks=1)),
    ("imdn", {"channels": 16, "blocks": 1}, None, Imdn(channels=16, blocks=1)),
    ("enhancenet", {"channels": 2, "blocks": 1}, None, Enhancenet(channels=2, blocks=1)),
]


def parts(network):
    """Names of what is trained; constants; copies with the name of what they copy; what nothing uses."""
    trained = {name for name, p in network.named_parameters() if p.requires_grad}
    own = {id(p): name for name, p in network.named_parameters()}
    constants, copies = {}, {}
    for name, value in network.named_parameters(remove_duplicate=False):
        if not value.requires_grad:
            constants[name] = value
        elif name not in trained:
            copies[name] = own[id(value)]
    return trained, constants, copies


def filled(network, seed):
    trained, _, _ = parts(network)
    buffers = {name for name, value in network.named_buffers() if value.dtype.is_floating_point}
    unused = {name for name in trained | buffers if name.startswith("bn1.")}
    tensors = dict(network.named_parameters()) | dict(network.named_buffers())
    for name in sorted((trained | buffers) - unused):
        tensors[name].data = torch.from_numpy(random_tensor(name, tuple(tensors[name].shape), seed))
    return network.eval(), unused


def output(network, seed):
    with torch.no_grad():
        y = network.double()(picture(seed, *SIZE))
    network.float()
    return y.permute(0, 2, 3, 1).contiguous()


def case(seed, name, config, names, network):
    network, unused = filled(network, seed)
    _, constants, copies = parts(network)
    state = {key: value for key, value in network.state_dict().items() if value.dtype.is_floating_point}
    y = output(network, seed).flatten()
    step = max(y.numel() // 64, 1)
    return {
        "name": name,
        "config": config,
        "names": names,
        "seed": seed,
        "size": SIZE,
        "state": {key: list(value.shape) for key, value in state.items()},
        "constants": {key: value.flatten().tolist() for key, value in constants.items()},
        "copies": copies,
        "unused": sorted(unused),
        "output": {
            "deviation": y.std(correction=0).item(),
            "step": step,
            "samples": [float(f"{value:.9g}") for value in y[::step].tolist()],
        },
    }


def check(folder):
    from safetensors.torch import load_file

    for seed, (name, _, names, network) in enumerate(CASES, 1):
        expected = output(filled(network, seed)[0], seed)
        for value in network.state_dict().values():
            value.zero_() if value.dtype.is_floating_point else None
        network.load_state_dict(load_file(folder / f"{name}-{names}.safetensors"), strict=True)
        error = ((output(network, seed) - expected).abs().max() / expected.std()).item()
        print(f"{name} {names}: loads strictly, outputs differ by {error:.1g}")
        assert error < TOLERANCE


if __name__ == "__main__":
    if len(sys.argv) > 1:
        check(pathlib.Path(sys.argv[1]))
        sys.exit()
    golden = {
        "tool": "PyTorch, float64",
        "version": torch.__version__.split("+")[0],
        "tolerance": TOLERANCE,
        "cases": [case(seed, *entry) for seed, entry in enumerate(CASES, 1)],
    }
    (OUT / "checkpoints.json").write_text(json.dumps(golden) + "\n")
    # As training writes it: the averaged weights of a network that ran on several devices.
    network = EsrganOld(2, 1, 1)
    state = filled(network, 7)[0].state_dict()
    wrapped = {"params": {}, "params_ema": {f"module.{key}": value.clone() for key, value in state.items()}}
    torch.save(wrapped, OUT / "esrgan-old.pth")
