"""Golden outputs of the generators, by PyTorch: plain modules written from the papers' tables, with the reference names.

Weights are those of random_weights.py, inputs those of philox.py, so that the file holds only statistics and samples.
Writes packages/sr-models/src/golden/generators.json. Run with the packages of requirements.txt: python tools/oracles/generators.py
"""
import json
import math
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from philox import Random
from random_weights import fill

OUT = pathlib.Path(__file__).parents[2] / "packages/sr-models/src/golden/generators.json"
torch.set_num_threads(1)
SAMPLES = 32
# Float32 sums of different order differ by up to 7e-6 of a layer's spread (measured between backends).
FROM_KINKS = 2e-5


def conv(inputs, outputs, size=3, bias=True):
    return nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=bias)


def nearest(x, scale=2):
    return functional.interpolate(x, scale_factor=scale, mode="nearest")


def leaky(slope):
    return lambda x: functional.leaky_relu(x, slope)


class Imdb(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.kept = channels // 4
        rest = channels - self.kept
        self.c1 = conv(channels, channels)
        self.c2 = conv(rest, channels)
        self.c3 = conv(rest, channels)
        self.c4 = conv(rest, self.kept)
        self.c5 = conv(channels, channels, 1)
        self.cca = nn.Module()
        self.cca.conv_du = nn.Sequential(
            conv(channels, channels // 16, 1), nn.ReLU(), conv(channels // 16, channels, 1), nn.Sigmoid()
        )

    def forward(self, x):
        act, parts, rest = leaky(0.05), [], x
        for layer in (self.c1, self.c2, self.c3):
            features = act(layer(rest))
            parts.append(features[:, : self.kept])
            rest = features[:, self.kept :]
        joined = torch.cat([*parts, self.c4(rest)], 1)
        contrast = joined.std((2, 3), keepdim=True, correction=0) + joined.mean((2, 3), keepdim=True)
        return self.c5(joined * self.cca.conv_du(contrast)) + x


class Imdn(nn.Module):
    def __init__(self, scale=4, channels=64, blocks=6):
        super().__init__()
        self.scale, self.blocks = scale, blocks
        self.fea_conv = conv(3, channels)
        for i in range(blocks):
            setattr(self, f"IMDB{i + 1}", Imdb(channels))
        self.c = nn.Sequential(conv(channels * blocks, channels, 1))
        self.LR_conv = conv(channels, channels)
        self.upsampler = nn.Sequential(conv(channels, 3 * scale**2), nn.PixelShuffle(scale))

    def forward(self, x):
        first = self.fea_conv(x)
        results = []
        for i in range(self.blocks):
            results.append(getattr(self, f"IMDB{i + 1}")(results[-1] if results else first))
        return self.upsampler(self.LR_conv(leaky(0.05)(self.c(torch.cat(results, 1)))) + first)


def tensorflow1_bicubic(size, scale):
    """The matrix of TensorFlow 1's resize: centres at i / scale, cubic kernel with a = -0.75, clamped indices."""
    a, matrix = -0.75, np.zeros((size * scale, size))
    for i in range(size * scale):
        base, t = divmod(i / scale, 1)
        weights = [
            ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a,
            ((a + 2) * t - (a + 3)) * t * t + 1,
            ((a + 2) * (1 - t) - (a + 3)) * (1 - t) * (1 - t) + 1,
            ((a * (2 - t) - 5 * a) * (2 - t) + 8 * a) * (2 - t) - 4 * a,
        ]
        for k, weight in enumerate(weights):
            matrix[i, min(max(int(base) - 1 + k, 0), size - 1)] += weight
    return torch.from_numpy(matrix)


class Enhancenet(nn.Module):
    MEAN = (0.47614917, 0.45001204, 0.40904046)

    def __init__(self, scale=4, channels=64, blocks=10):
        super().__init__()
        self.scale, self.blocks, self.stages = scale, blocks, int(math.log2(scale))
        self.count = 2 * blocks + self.stages + 3
        for i in range(self.count):
            setattr(self, f"conv{i}", conv(3 if i == 0 else channels, 3 if i == self.count - 1 else channels))

    def layer(self, i, x):
        return getattr(self, f"conv{i}")(x)

    def forward(self, x):
        mean = torch.tensor(self.MEAN, dtype=x.dtype).view(1, 3, 1, 1)
        f = torch.relu(self.layer(0, x - mean))
        for i in range(self.blocks):
            f = f + self.layer(2 * i + 2, torch.relu(self.layer(2 * i + 1, f)))
        up = 2 * self.blocks + 1
        for i in range(self.stages):
            f = torch.relu(self.layer(up + i, nearest(f)))
        f = self.layer(self.count - 1, torch.relu(self.layer(self.count - 2, f)))
        rows, columns = (tensorflow1_bicubic(size, self.scale).to(x.dtype) for size in x.shape[2:])
        return f + rows @ (x - mean) @ columns.T + mean


class SrresnetBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1, self.bn1, self.prelu = conv(channels, channels), nn.BatchNorm2d(channels), nn.PReLU()
        self.conv2, self.bn2 = conv(channels, channels), nn.BatchNorm2d(channels)

    def forward(self, x):
        return x + self.bn2(self.conv2(self.prelu(self.bn1(self.conv1(x)))))


class Upsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv, self.prelu = conv(channels, 4 * channels), nn.PReLU()

    def forward(self, x):
        return self.prelu(functional.pixel_shuffle(self.conv(x), 2))


class Srresnet(nn.Module):
    def __init__(self, scale=4, channels=64, blocks=16, output="linear"):
        super().__init__()
        self.blocks, self.output = blocks, output
        self.block1 = nn.Sequential(conv(3, channels, 9), nn.PReLU())
        for i in range(blocks):
            setattr(self, f"block{i + 2}", SrresnetBlock(channels))
        setattr(self, f"block{blocks + 2}", nn.Sequential(conv(channels, channels), nn.BatchNorm2d(channels)))
        ups = [Upsample(channels) for _ in range(int(math.log2(scale)))]
        setattr(self, f"block{blocks + 3}", nn.Sequential(*ups, conv(channels, 3, 9)))

    def forward(self, x):
        first = features = self.block1(x)
        for i in range(self.blocks + 1):
            features = getattr(self, f"block{i + 2}")(features)
        y = getattr(self, f"block{self.blocks + 3}")(first + features)
        return y if self.output == "linear" else (torch.tanh(y) + 1) / 2


class PlainBlock(nn.Module):
    def __init__(self, channels, act):
        super().__init__()
        self.conv1, self.conv2, self.act = conv(channels, channels), conv(channels, channels), act

    def forward(self, x):
        return x + self.conv2(self.act(self.conv1(x)))


class Msrresnet(nn.Module):
    def __init__(self, scale=4, channels=64, blocks=16):
        super().__init__()
        self.scale, self.factors = scale, [2, 2] if scale == 4 else [scale]
        self.conv_first = conv(3, channels)
        self.body = nn.Sequential(*(PlainBlock(channels, torch.relu) for _ in range(blocks)))
        for i, factor in enumerate(self.factors):
            setattr(self, f"upconv{i + 1}", conv(channels, channels * factor**2))
        self.conv_hr, self.conv_last = conv(channels, channels), conv(channels, 3)

    def forward(self, x):
        act = leaky(0.1)
        f = self.body(act(self.conv_first(x)))
        for i, factor in enumerate(self.factors):
            f = act(functional.pixel_shuffle(getattr(self, f"upconv{i + 1}")(f), factor))
        base = functional.interpolate(x, scale_factor=self.scale, mode="bilinear", align_corners=False)
        return self.conv_last(act(self.conv_hr(f))) + base


class EdsrBlock(nn.Module):
    def __init__(self, channels, scale):
        super().__init__()
        self.body, self.scale = nn.Sequential(conv(channels, channels), nn.ReLU(), conv(channels, channels)), scale

    def forward(self, x):
        return x + self.body(x) * self.scale


class Edsr(nn.Module):
    def __init__(self, preset="baseline", scale=4, channels=None, blocks=None, residualScale=None):
        super().__init__()
        defaults = {"baseline": (64, 16, 1), "large": (256, 32, 0.1)}[preset]
        channels, blocks = channels or defaults[0], blocks or defaults[1]
        residual = defaults[2] if residualScale is None else residualScale
        self.head = nn.Sequential(conv(3, channels))
        self.body = nn.Sequential(*(EdsrBlock(channels, residual) for _ in range(blocks)), conv(channels, channels))
        ups = []
        for factor in [3] if scale == 3 else [2] * int(math.log2(scale)):
            ups += [conv(channels, channels * factor**2), nn.PixelShuffle(factor)]
        self.tail = nn.Sequential(nn.Sequential(*ups), conv(channels, 3))

    def forward(self, x):
        mean = torch.tensor((0.4488, 0.4371, 0.4040), dtype=x.dtype).view(1, 3, 1, 1) * 255
        head = self.head(x * 255 - mean)
        return (self.tail(self.body(head) + head) + mean) / 255


class Dense(nn.Module):
    def __init__(self, channels, growth, wrap=False):
        super().__init__()
        for i in range(5):
            layer = conv(channels + i * growth, channels if i == 4 else growth)
            setattr(self, f"conv{i + 1}", nn.Sequential(layer) if wrap else layer)

    def forward(self, x):
        known = [x]
        for i in range(4):
            known.append(leaky(0.2)(getattr(self, f"conv{i + 1}")(torch.cat(known, 1))))
        return self.conv5(torch.cat(known, 1)) * 0.2 + x


class Rrdb(nn.Module):
    def __init__(self, channels, growth, name="rdb", wrap=False):
        super().__init__()
        self.name = name
        for i in range(3):
            setattr(self, f"{name}{i + 1}", Dense(channels, growth, wrap))

    def forward(self, x):
        f = x
        for i in range(3):
            f = getattr(self, f"{self.name}{i + 1}")(f)
        return f * 0.2 + x


class Rrdbnet(nn.Module):
    def __init__(self, scale=4, channels=64, blocks=23, growth=32):
        super().__init__()
        self.conv_first = conv(3, channels)
        self.body = nn.Sequential(*(Rrdb(channels, growth) for _ in range(blocks)))
        self.conv_body, self.conv_up1, self.conv_up2, self.conv_hr = (conv(channels, channels) for _ in range(4))
        self.conv_last = conv(channels, 3)

    def forward(self, x):
        act = leaky(0.2)
        first = self.conv_first(x)
        f = first + self.conv_body(self.body(first))
        f = act(self.conv_up2(nearest(act(self.conv_up1(nearest(f))))))
        return self.conv_last(act(self.conv_hr(f)))


class WideCompact(nn.Module):
    """Branches that are convolved one by one, of parameters that are stacked as (layer, tap, in, out)."""

    def __init__(self, scale=4, channels=32, depth=8, base="bilinear", expansion=2, identity=False):
        super().__init__()
        self.scale, self.base = scale, base
        outputs = 3 * scale**2
        for name, count, inputs, to in (
            ("head", 1, 3, channels), ("body", depth, channels, channels), ("tail", 1, channels, outputs)
        ):
            group = nn.Module()
            shapes = {
                "weight": (count, 9, inputs, to), "bias": (count, to), "expand": (count, inputs, expansion * to),
                "reduce": (count, expansion * to, 9, to), "edges": (count, 4, inputs, to),
                "strengths": (count, 4, 1, to),
            }
            for key, shape in shapes.items():
                setattr(group, key, nn.Parameter(torch.zeros(shape)))
            setattr(self, name, group)

    def layer(self, group, i, x):
        weight, bias, expand, reduce, edges, strengths = (value[i] for value in group.parameters())
        inputs, to = weight.shape[1:]
        kernel = lambda values: values.permute(2, 1, 0).reshape(to, -1, 3, 3)
        point = lambda values: values.T[:, :, None, None]
        y = functional.conv2d(x, kernel(weight), bias, padding=1)
        y = y + functional.conv2d(functional.conv2d(x, point(expand)), kernel(reduce.permute(1, 0, 2)), padding=1)
        masks = [
            [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
            [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
            [[1, 2, 1], [0, 0, 0], [-1, -2, -1]],
            [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
        ]
        for b, mask in enumerate(masks):
            mask = torch.tensor(mask, dtype=x.dtype).expand(to, 1, 3, 3) * strengths[b].view(to, 1, 1, 1)
            y = y + functional.conv2d(functional.conv2d(x, point(edges[b])), mask, padding=1, groups=to)
        return y

    def forward(self, x):
        f = torch.relu(self.layer(self.head, 0, x))
        for i in range(len(self.body.weight)):
            f = torch.relu(self.layer(self.body, i, f))
        details = functional.pixel_shuffle(self.layer(self.tail, 0, f), self.scale)
        aligned = {} if self.base == "nearest" else {"align_corners": False}
        return details + functional.interpolate(x, scale_factor=self.scale, mode=self.base, **aligned)


def resized(x, scale, border):
    """Bicubic enlargement, a = -0.5, centres at half pixels; the border left out (Pillow) or mirrored (MATLAB)."""

    def cubic(t):
        t = abs(t)
        if t <= 1:
            return 1.5 * t**3 - 2.5 * t**2 + 1
        return -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2 if t < 2 else 0

    def matrix(size):
        rows = np.zeros((size * scale, size))
        for i in range(size * scale):
            center = (i + 0.5) / scale - 0.5
            for j in range(math.floor(center) - 1, math.floor(center) + 3):
                if 0 <= j < size:
                    rows[i, j] += cubic(j - center)
                elif border == "mirror":
                    rows[i, -1 - j if j < 0 else 2 * size - 1 - j] += cubic(j - center)
        return torch.from_numpy(rows / rows.sum(1, keepdims=True))

    rows, columns = (matrix(size) for size in x.shape[2:])
    return rows.to(x.dtype) @ x @ columns.T.to(x.dtype)


class Tsrn(nn.Module):
    def __init__(self, scale=4, channels=64, blocks=10):
        super().__init__()
        self.scale = scale
        self.conv_in = conv(3, channels)
        self.conv_blocks = nn.ModuleList(
            nn.ModuleList([conv(channels, channels), conv(channels, channels)]) for _ in range(blocks)
        )
        self.ups = ["conv_up_new", "conv_up1"] + ["conv_up2"] * (scale == 8)
        for up in self.ups:
            setattr(self, up, conv(channels, 4 * channels))
        self.last = "conv_up3" if scale == 8 else "conv_up2"
        setattr(self, self.last, conv(channels, channels))
        self.conv_out = conv(channels, 3)

    def forward(self, x):
        f = torch.relu(self.conv_in(x))
        for first, second in self.conv_blocks:
            f = f + second(torch.relu(first(f)))
        for up in self.ups:
            f = functional.pixel_shuffle(torch.relu(getattr(self, up)(f)), 2)
        return self.conv_out(torch.relu(getattr(self, self.last)(f))) + resized(x, self.scale, "leave")


class JohnsonBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1, self.bn1 = conv(channels, channels), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = conv(channels, channels), nn.BatchNorm2d(channels)

    def forward(self, x):
        return x + self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))


class JohnsonUp(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.ConvTranspose2d(channels, channels, 3, 2, 1, 1)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


class JohnsonSr(nn.Module):
    def __init__(self, scale=4, channels=64, blocks=4, output="code"):
        super().__init__()
        self.output = output
        self.conv1, self.bn1 = conv(3, channels, 9), nn.BatchNorm2d(channels)
        self.names = []
        for i in range(blocks):
            self.names.append(f"res{i + 1}")
            setattr(self, self.names[-1], JohnsonBlock(channels))
        for i in range(int(math.log2(scale))):
            self.names.append(f"deconv{i + 1}")
            setattr(self, self.names[-1], JohnsonUp(channels))
        self.conv2 = conv(channels, 3, 9)

    def forward(self, x):
        mean = torch.tensor((123.68, 116.779, 103.939), dtype=x.dtype).view(1, 3, 1, 1)
        f = torch.relu(self.bn1(self.conv1(x * 255 - mean)))
        for name in self.names:
            f = getattr(self, name)(f)
        y = torch.tanh(self.conv2(f))
        return (150 * y + mean) / 255 if self.output == "code" else (y + 1) / 2


class FeatureMatching(nn.Module):
    def __init__(self, scale=4, channels=64, blocks=16, outerKernel=9, mean=(0, 0, 0)):
        super().__init__()
        self.mean, self.stages = mean, int(math.log2(scale))
        self.conv_first = conv(3, channels, outerKernel)
        self.body = nn.Sequential(*(PlainBlock(channels, leaky(0.2)) for _ in range(blocks)))
        self.conv_body = conv(channels, channels)
        for i in range(self.stages):
            setattr(self, f"upconv{i + 1}", conv(channels, 4 * channels))
        self.conv_last = conv(channels, 3, outerKernel)

    def forward(self, x):
        mean, act = torch.tensor(self.mean, dtype=x.dtype).view(1, 3, 1, 1), leaky(0.2)
        first = act(self.conv_first(x - mean))
        f = first + self.conv_body(self.body(first))
        for i in range(self.stages):
            f = act(functional.pixel_shuffle(getattr(self, f"upconv{i + 1}")(f), 2))
        return self.conv_last(f) + mean


def wrapped(inputs, outputs, size=3):
    return nn.Sequential(conv(inputs, outputs, size))


class Spsr(nn.Module):
    """With the names of the authors' nested lists; `HR_conv0_new` stands in one of its two places."""

    def __init__(self, scale=4, channels=64, blocks=23, growth=32, branch=True):
        super().__init__()
        self.branch, self.taps = branch, [min(5 * (i + 1), blocks) for i in range(4)]

        def ups():
            steps = []
            for _ in range(int(math.log2(scale))):
                steps += [nn.Upsample(scale_factor=2), conv(channels, channels), nn.LeakyReLU(0.2)]
            return steps

        trunk = nn.Module()
        trunk.sub = nn.Sequential(
            *(Rrdb(channels, growth, "RDB", wrap=True) for _ in range(blocks)), conv(channels, channels)
        )
        self.model = nn.Sequential(conv(3, channels), trunk, *ups())
        self.HR_conv0_new, self.HR_conv1_new = wrapped(channels, channels), wrapped(channels, channels)
        if branch:
            self.b_fea_conv, self.b_LR_conv = wrapped(3, channels), wrapped(channels, channels)
            for i in range(4):
                setattr(self, f"b_block_{i + 1}", Rrdb(2 * channels, growth, "RDB", wrap=True))
                setattr(self, f"b_concat_{i + 1}", wrapped(2 * channels, channels))
            self.b_module = nn.Sequential(
                *ups(), conv(channels, channels), nn.LeakyReLU(0.2), conv(channels, channels)
            )
            self.conv_w = wrapped(channels, 3, 1)
        self.f_block, self.f_concat = Rrdb(2 * channels, growth, "RDB", wrap=True), wrapped(2 * channels, channels)
        self.f_HR_conv0, self.f_HR_conv1 = wrapped(channels, channels), wrapped(channels, 3)

    def forward(self, x):
        act, taps = leaky(0.2), []
        first = f = self.model[0](x)
        for i, layer in enumerate(self.model[1].sub):
            f = layer(f)
            taps += [f] * self.taps.count(i + 1)
        details = self.model[2:](first + f)
        details = self.HR_conv1_new(act(self.HR_conv0_new(details)))
        if not self.branch:
            return self.fuse(torch.zeros_like(details), details)
        padded = functional.pad(x, (1, 1, 1, 1))
        vertical = padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]
        horizontal = padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]
        gradient = torch.sqrt(vertical**2 + horizontal**2 + 1e-6)
        begin = b = self.b_fea_conv(gradient)
        for i, tap in enumerate(taps):
            b = getattr(self, f"b_concat_{i + 1}")(getattr(self, f"b_block_{i + 1}")(torch.cat([b, tap], 1)))
        b = self.b_module(begin + self.b_LR_conv(b))
        return {"": self.fuse(b, details), "gradient": self.conv_w(b), "inputGradient": gradient}

    def fuse(self, edges, details):
        f = self.f_concat(self.f_block(torch.cat([edges, details], 1)))
        return self.f_HR_conv1(leaky(0.2)(self.f_HR_conv0(f)))


class OnLuma(nn.Module):
    """Luma by a network, chroma bicubic: to YCbCr and back as MATLAB does."""

    def __init__(self, scale):
        super().__init__()
        self.scale = scale

    MATRIX = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112], [112, -93.786, -18.214]]) / 255
    OFFSET = torch.tensor([16, 128, 128], dtype=torch.float64).view(1, 3, 1, 1) / 255

    def convert(self, x, matrix):
        return torch.einsum("ij,bjhw->bihw", torch.from_numpy(matrix).to(x.dtype), x)

    def joined(self, x, luma, scale):
        chroma = self.convert(resized(x, scale, "mirror"), self.MATRIX) + self.OFFSET.to(x.dtype)
        return self.convert(torch.cat([luma, chroma[:, 1:]], 1) - self.OFFSET.to(x.dtype), np.linalg.inv(self.MATRIX))

    def forward(self, x):
        y = (self.convert(x, self.MATRIX) + self.OFFSET.to(x.dtype))[:, :1]
        lumas = self.luma(y, resized(y, self.scale, "mirror"))
        lumas = lumas if isinstance(lumas, dict) else {self.scale: lumas}
        return {
            "" if scale == self.scale else f"x{scale}": self.joined(x, luma, scale) for scale, luma in lumas.items()
        }


class Srcnn(OnLuma):
    def __init__(self, scale=4, kernels="9-5-5"):
        super().__init__(scale)
        a, b, c = map(int, kernels.split("-"))
        self.conv1, self.conv2, self.conv3 = conv(1, 64, a), conv(64, 32, b), conv(32, 1, c)

    def luma(self, small, large):
        return self.conv3(torch.relu(self.conv2(torch.relu(self.conv1(large)))))


class Fsrcnn(OnLuma):
    def __init__(self, scale=4, channels=56, inner=12, depth=4):
        super().__init__(scale)
        self.first_part = nn.Sequential(conv(1, channels, 5), nn.PReLU(channels))
        steps = [conv(channels, inner, 1), nn.PReLU(inner)]
        for _ in range(depth):
            steps += [conv(inner, inner), nn.PReLU(inner)]
        self.mid_part = nn.Sequential(*steps, conv(inner, channels, 1), nn.PReLU(channels))
        self.last_part = nn.ConvTranspose2d(channels, 1, 9, scale, 4, scale - 1)

    def luma(self, small, large):
        return self.last_part(self.mid_part(self.first_part(small)))


class Espcn(OnLuma):
    def __init__(self, scale=4):
        super().__init__(scale)
        self.first_part = nn.Sequential(conv(1, 64, 5), nn.Tanh(), conv(64, 32), nn.Tanh())
        self.last_part = nn.Sequential(conv(32, scale**2), nn.PixelShuffle(scale))

    def luma(self, small, large):
        return self.last_part(self.first_part(small))


class VdsrLayer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = conv(channels, channels, bias=False)

    def forward(self, x):
        return torch.relu(self.conv(x))


class Vdsr(OnLuma):
    def __init__(self, scale=4, channels=64, depth=20):
        super().__init__(scale)
        self.input, self.output = conv(1, channels, bias=False), conv(channels, 1, bias=False)
        self.residual_layer = nn.Sequential(*(VdsrLayer(channels) for _ in range(depth - 2)))

    def luma(self, small, large):
        return large + self.output(self.residual_layer(torch.relu(self.input(large))))


class LapsrnBlock(nn.Module):
    def __init__(self, channels, depth):
        super().__init__()
        steps = []
        for _ in range(depth):
            steps += [conv(channels, channels, bias=False), nn.LeakyReLU(0.2)]
        up = nn.ConvTranspose2d(channels, channels, 4, 2, 1, bias=False)
        self.cov_block = nn.Sequential(*steps, up, nn.LeakyReLU(0.2))

    def forward(self, x):
        return self.cov_block(x)


class Lapsrn(OnLuma):
    def __init__(self, scale=4, channels=64, depth=10):
        super().__init__(scale)
        self.conv_input = conv(1, channels, bias=False)
        for i in range(int(math.log2(scale))):
            setattr(self, f"convt_I{i + 1}", nn.ConvTranspose2d(1, 1, 4, 2, 1, bias=False))
            setattr(self, f"convt_R{i + 1}", conv(channels, 1, bias=False))
            setattr(self, f"convt_F{i + 1}", nn.Sequential(LapsrnBlock(channels, depth)))

    def luma(self, small, large):
        f, y, images = leaky(0.2)(self.conv_input(small)), small, {}
        for i in range(1, int(math.log2(self.scale)) + 1):
            f = getattr(self, f"convt_F{i}")(f)
            y = getattr(self, f"convt_I{i}")(y) + getattr(self, f"convt_R{i}")(f)
            images[2**i] = y
        return images


class MsLapsrn(OnLuma):
    def __init__(self, scale=4, channels=64, depth=5, recursions=8):
        super().__init__(scale)
        self.recursions = recursions
        self.conv_input = conv(1, channels)
        self.block = nn.ModuleList(conv(channels, channels) for _ in range(depth))
        self.up = nn.ConvTranspose2d(channels, channels, 3, 2, 1, 1)
        self.detail = conv(channels, 1)
        self.image = nn.ConvTranspose2d(1, 1, 4, 2, 1)

    def luma(self, small, large):
        source, y, images, act = self.conv_input(small), small, {}, leaky(0.2)
        for i in range(1, int(math.log2(self.scale)) + 1):
            f = source
            for _ in range(self.recursions):
                g = f
                for layer in self.block:
                    g = layer(act(g))
                f = source + g
            source = self.up(act(f))
            y = self.image(y) + self.detail(source)
            images[2**i] = y
        return images


FAMILIES = {
    "tsrn": Tsrn,
    "johnson-sr": JohnsonSr,
    "feature-matching": FeatureMatching,
    "spsr": Spsr,
    "srcnn": Srcnn,
    "fsrcnn": Fsrcnn,
    "espcn": Espcn,
    "vdsr": Vdsr,
    "lapsrn": Lapsrn,
    "ms-lapsrn": MsLapsrn,
    "wide-compact": WideCompact,
    "imdn": Imdn,
    "enhancenet": Enhancenet,
    "srresnet": Srresnet,
    "msrresnet": Msrresnet,
    "edsr": Edsr,
    "rrdbnet": Rrdbnet,
}


# What the published sizes count, and reduced ones to run.
COUNTS = [
    ("tsrn", {}),
    ("tsrn", {"scale": 8}),
    ("johnson-sr", {}),
    ("johnson-sr", {"scale": 8}),
    ("feature-matching", {}),
    ("feature-matching", {"outerKernel": 3}),
    ("spsr", {}),
    ("spsr", {"branch": False}),
    ("srcnn", {}),
    ("srcnn", {"kernels": "9-1-5"}),
    ("fsrcnn", {}),
    ("espcn", {}),
    ("espcn", {"scale": 3}),
    ("vdsr", {}),
    ("lapsrn", {}),
    ("ms-lapsrn", {}),
    ("wide-compact", {}),
    ("imdn", {}),
    ("enhancenet", {}),
    ("srresnet", {}),
    ("srresnet", {"blocks": 5}),
    ("msrresnet", {}),
    ("edsr", {}),
    ("edsr", {"preset": "large"}),
    ("rrdbnet", {}),
]
# The smallest ones, for finite differences and for the slowest backend.
TINY = [
    ("tsrn", {"channels": 3, "blocks": 1}),
    ("johnson-sr", {"scale": 2, "channels": 3, "blocks": 1}),
    ("feature-matching", {"scale": 2, "channels": 3, "blocks": 1, "outerKernel": 3}),
    ("spsr", {"scale": 2, "channels": 2, "blocks": 1, "growth": 1}),
    ("spsr", {"scale": 2, "channels": 2, "blocks": 1, "growth": 1, "branch": False}),
    ("srcnn", {"scale": 2, "kernels": "9-1-5"}),
    ("fsrcnn", {"scale": 3, "channels": 4, "inner": 2, "depth": 1}),
    ("espcn", {"scale": 2}),
    ("vdsr", {"scale": 2, "channels": 4, "depth": 3}),
    ("lapsrn", {"channels": 3, "depth": 1}),
    ("ms-lapsrn", {"channels": 3, "depth": 1, "recursions": 2}),
    ("wide-compact", {"scale": 2, "channels": 3, "depth": 2, "expansion": 1}),
    ("imdn", {"scale": 2, "channels": 16, "blocks": 1}),
    ("enhancenet", {"scale": 2, "channels": 4, "blocks": 1}),
    ("srresnet", {"scale": 2, "channels": 4, "blocks": 1}),
    ("msrresnet", {"scale": 3, "channels": 3, "blocks": 1}),
    ("edsr", {"scale": 2, "channels": 3, "blocks": 1, "residualScale": 0.5}),
    ("rrdbnet", {"channels": 3, "blocks": 1, "growth": 2}),
]
CASES = [
    ("tsrn", {"blocks": 3}),
    ("tsrn", {"scale": 8, "channels": 16, "blocks": 2}),
    ("johnson-sr", {}),
    ("johnson-sr", {"scale": 8, "channels": 16, "blocks": 1, "output": "paper"}),
    ("feature-matching", {"blocks": 2, "mean": [0.45, 0.44, 0.4]}),
    ("feature-matching", {"scale": 2, "channels": 16, "blocks": 2, "outerKernel": 3}),
    ("spsr", {"channels": 16, "blocks": 21, "growth": 4}),
    ("spsr", {"scale": 2, "channels": 16, "blocks": 2, "growth": 8, "branch": False}),
    ("srcnn", {}),
    ("srcnn", {"scale": 3, "kernels": "9-1-5"}),
    ("fsrcnn", {}),
    ("espcn", {"scale": 3}),
    ("vdsr", {"scale": 2, "depth": 5}),
    ("lapsrn", {"depth": 2}),
    ("ms-lapsrn", {"scale": 8, "channels": 16, "depth": 2, "recursions": 2}),
    ("wide-compact", {}),
    ("wide-compact", {"scale": 3, "channels": 5, "depth": 2, "expansion": 3}),
    ("wide-compact", {"scale": 8, "channels": 8, "depth": 1, "base": "nearest"}),
    ("imdn", {}),
    ("imdn", {"scale": 3, "channels": 32, "blocks": 2}),
    ("enhancenet", {"blocks": 3}),
    ("enhancenet", {"scale": 2, "channels": 16, "blocks": 1}),
    ("srresnet", {"blocks": 3}),
    ("srresnet", {"scale": 2, "channels": 16, "blocks": 2, "output": "tanh"}),
    ("msrresnet", {"blocks": 3}),
    ("msrresnet", {"scale": 3, "channels": 16, "blocks": 1}),
    ("edsr", {"blocks": 3}),
    ("edsr", {"preset": "large", "scale": 3, "channels": 32, "blocks": 2}),
    ("rrdbnet", {"blocks": 1}),
    ("rrdbnet", {"channels": 16, "blocks": 2, "growth": 8}),
]


def statistics(y):
    """NHWC: the shape, mean and deviation, and values at equal distances."""
    y = y.permute(0, 2, 3, 1).contiguous()
    flat = y.flatten()
    step = max(flat.numel() // SAMPLES, 1)
    return {
        "shape": list(y.shape),
        "mean": flat.mean().item(),
        "deviation": flat.std(correction=0).item(),
        "step": step,
        "samples": [float(f"{value:.9g}") for value in flat[::step].tolist()],
    }


def picture(seed, height, width):
    random = Random(seed)
    values = [random.uniform() for _ in range(height * width * 3)]
    return torch.tensor(values, dtype=torch.float64).reshape(1, height, width, 3).permute(0, 3, 1, 2)


class Kinks(TorchFunctionMode):
    """How close any input of a rectifier comes to its kink at 0, in units of the root mean square of all of them."""

    def __init__(self):
        super().__init__()
        self.nearest = math.inf

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function in (torch.relu, functional.relu, functional.leaky_relu, functional.prelu):
            x = args[0].detach()
            self.nearest = min(self.nearest, (x.abs().min() / x.square().mean().sqrt()).item())
        return function(*args, **(kwargs or {}))


def forward(network, x):
    outputs = network(x)
    return outputs if isinstance(outputs, dict) else {"": outputs}


def single_precision_error(network, x, gradient):
    """How far PyTorch's own float32 gradient is from the float64 one, in deviations: large where a tanh saturates."""
    x = x.detach().float().requires_grad_()
    single = torch.autograd.grad(sum(y.square().mean() for y in forward(network.float(), x).values()), x)[0].double()
    return ((single - gradient).abs().max() / gradient.std(correction=0)).item()


def case(seed, name, config, height=6, width=8):
    """Of the first of the seeds `seed`, `seed` + 100, ... whose sums are all further from kinks than rounding reaches."""
    network = FAMILIES[name](**config).double()
    while True:
        fill(network, seed)
        x = picture(seed, height, width).requires_grad_()
        with Kinks() as kinks:
            outputs = forward(network, x)
        if kinks.nearest > FROM_KINKS:
            break
        seed += 100
    parameters = dict(network.named_parameters())
    loss = sum(y.square().mean() for y in outputs.values())
    inputs = torch.autograd.grad(loss, [x, *parameters.values()], allow_unused=True)
    norms = {key: g.norm().item() for key, g in zip(parameters, inputs[1:]) if g is not None}
    outputs = {key: value.detach() for key, value in outputs.items()}
    return {
        "name": name,
        "config": config,
        "seed": seed,
        "size": [height, width],
        "outputs": {key: statistics(value) for key, value in outputs.items()},
        # Of the sum over the outputs of the mean of their squares.
        "gradient": statistics(inputs[0]),
        "float32Error": float(f"{single_precision_error(network, x, inputs[0]):.1g}"),
        "gradientNorms": {key: float(f"{value:.7g}") for key, value in norms.items()},
    }


def count(name, config):
    with torch.device("meta"):
        network = FAMILIES[name](**config)
    # Running statistics are buffers; their number of batches is no number of ours.
    buffers = sum(b.numel() for b in network.buffers() if b.is_floating_point())
    parameters = sum(p.numel() for p in network.parameters())
    return {"name": name, "config": config, "parameters": parameters, "buffers": buffers}


if __name__ == "__main__":
    golden = {
        "tool": "PyTorch, float64",
        "version": torch.__version__.split("+")[0],
        "tolerance": 1e-4,
        "counts": [count(*entry) for entry in COUNTS],
        "tiny": [count(*entry) | case(seed, *entry) for seed, entry in enumerate(TINY, 1)],
        "cases": [case(seed, *entry) for seed, entry in enumerate(CASES, 1)],
    }
    OUT.write_text(json.dumps(golden) + "\n")
