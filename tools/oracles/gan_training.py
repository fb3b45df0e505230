"""Three alternating steps of a tiny generator against two discriminators, by PyTorch: what every step reports and leaves.

Weights from random_weights.py, patches from philox.py. Writes packages/sr-train/src/golden/gan-training.json. Run with the
packages of requirements.txt: python tools/oracles/gan_training.py
"""

import json
import pathlib

import torch
from torch import nn
from torch.nn import functional

from philox import Random
from random_weights import fill

torch.set_num_threads(1)
OUT = pathlib.Path(__file__).parents[2] / "packages/sr-train/src/golden/gan-training.json"
STEPS, BATCH, SIDE, SCALE, CHANNELS, FEATURES, HIDDEN = 3, 2, 8, 2, 4, 4, 8
SEEDS = {"generator": 1, "picture": 2, "edges": 3, "patches": 4}
WEIGHTS = {"pixel": 1.0, "picture": 0.1, "edges": 0.05}
EMA = 0.9
# Large, because some gradients are nothing but rounding (RaGAN does not see the last bias), which Adam would blow up.
EPSILON = 1e-4


class Compact(nn.Module):
    """The compact network of sr-models with one inner layer."""

    def __init__(self):
        super().__init__()
        self.head = nn.Conv2d(3, CHANNELS, 3, padding=1)
        self.body = nn.ModuleList([nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)])
        self.tail = nn.Conv2d(CHANNELS, 3 * SCALE**2, 3, padding=1)

    def forward(self, x):
        features = functional.relu(self.body[0](functional.relu(self.head(x))))
        enlarged = functional.interpolate(x, scale_factor=SCALE, mode="bilinear", align_corners=False)
        return functional.pixel_shuffle(self.tail(features), SCALE) + enlarged


class Vgg(nn.Module):
    """BasicSR's VGG-style discriminator for 16 x 16 pixels: two pairs of convolutions, no biases before batch norm."""

    def __init__(self):
        super().__init__()
        last = 3
        for pair, width in enumerate((FEATURES, 2 * FEATURES)):
            for half, (kernel, stride) in enumerate([(3, 1), (4, 2)]):
                first = pair == half == 0
                self.add_module(f"conv{pair}_{half}", nn.Conv2d(last, width, kernel, stride, 1, bias=first))
                if not first:
                    self.add_module(f"bn{pair}_{half}", nn.BatchNorm2d(width))
                last = width
        self.linear1 = nn.Linear(last * (SIDE * SCALE // 4) ** 2, HIDDEN)
        self.linear2 = nn.Linear(HIDDEN, 1)

    def forward(self, x):
        x = functional.leaky_relu(self.conv0_0(x), 0.2)
        for layer in ("0_1", "1_0", "1_1"):
            x = functional.leaky_relu(getattr(self, f"bn{layer}")(getattr(self, f"conv{layer}")(x)), 0.2)
        return self.linear2(functional.leaky_relu(self.linear1(x.flatten(1)), 0.2))


def gradient_map(x):
    v = functional.pad(x, (0, 0, 1, 1))
    h = functional.pad(x, (1, 1, 0, 0))
    v, h = v[:, :, 2:] - v[:, :, :-2], h[..., 2:] - h[..., :-2]
    return torch.sqrt(v**2 + h**2 + 1e-6)


def cross_entropy(logits, label):
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def ragan(first, second, label):
    """Half of ESRGAN's loss: one side as it looks beside the mean of the other."""
    return cross_entropy(first - second.mean(), label) / 2


class Discriminator:
    """A network, what it sees, both sides of its objective, and its optimizer."""

    def __init__(self, name, view, optimizer):
        self.name, self.view = name, view
        self.network = fill(Vgg(), SEEDS[name]).train()
        self.optimizer = optimizer(self.network.parameters())

    def generator_loss(self, fake, real):
        fake, real = self.network(self.view(fake)), self.network(self.view(real)).detach()
        if self.name == "picture":
            return ragan(real, fake, 0.0) + ragan(fake, real, 1.0)
        return ((fake - 1) ** 2).mean()

    def terms(self, fake, real):
        real, fake = self.network(self.view(real)), self.network(self.view(fake.detach()))
        if self.name == "picture":
            return {"real": ragan(real, fake, 1.0), "fake": ragan(fake, real, 0.0)}
        return {"real": ((real - 1) ** 2).mean(), "fake": (fake**2).mean()}


def buffers(network):
    return {name: value.clone() for name, value in network.named_buffers()}


def norms(state):
    return {name: float(value.detach().double().norm()) for name, value in state.items() if value.dtype.is_floating_point}


random = Random(SEEDS["patches"])


def patches(side):
    values = [random.uniform() for _ in range(BATCH * side * side * 3)]
    return torch.tensor(values).reshape(BATCH, side, side, 3).permute(0, 3, 1, 2)


generator = fill(Compact(), SEEDS["generator"]).train()
ema = {name: value.detach().clone() for name, value in generator.state_dict().items()}
adam = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.9, 0.99), eps=EPSILON)
schedule = torch.optim.lr_scheduler.MultiStepLR(adam, [2], 0.5)
discriminators = [
    Discriminator("picture", lambda x: x, lambda p: torch.optim.Adam(p, lr=5e-4, betas=(0.9, 0.999), eps=EPSILON)),
    Discriminator("edges", gradient_map, lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9, weight_decay=1e-3)),
]
steps = []
for _ in range(STEPS):
    x, y = patches(SIDE), patches(SIDE * SCALE)
    fake = generator(x)
    before = [buffers(d.network) for d in discriminators]
    terms = {"pixel": WEIGHTS["pixel"] * (fake - y).abs().mean()}
    for d in discriminators:
        terms[d.name] = WEIGHTS[d.name] * d.generator_loss(fake, y)
    adam.zero_grad()
    sum(terms.values()).backward()
    adam.step()
    for name, value in generator.state_dict().items():
        ema[name] = EMA * ema[name] + (1 - EMA) * value
    # The generator's step leaves running statistics as they are; only the discriminator's own moves them.
    for d, saved in zip(discriminators, before):
        for name, value in d.network.named_buffers():
            value.copy_(saved[name])
    losses = {name: float(term.detach()) for name, term in terms.items()}
    for d in discriminators:
        parts = d.terms(fake, y)
        d.optimizer.zero_grad()
        sum(parts.values()).backward()
        d.optimizer.step()
        losses.update({f"{d.name}.{side}": float(part.detach()) for side, part in parts.items()})
    schedule.step()
    steps.append(
        {
            "losses": losses,
            "generator": norms(generator.state_dict()),
            "average": norms(ema),
            "discriminators": {d.name: norms(d.network.state_dict()) for d in discriminators},
        }
    )

golden = {
    "tool": "PyTorch",
    "version": torch.__version__.split("+")[0],
    "tolerance": 1e-4,
    "seeds": SEEDS,
    "steps": steps,
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(golden) + "\n")
