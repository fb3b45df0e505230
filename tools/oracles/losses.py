"""Golden values and gradients of sr-losses, by PyTorch in float64, written from the papers and the reference codes.

Writes losses.json, adversarial.json and extractor.json in packages/sr-losses/src/golden. Run with the packages of
requirements.txt: python tools/oracles/losses.py

Weights and features are drawn from philox.Random in the order in which packages/sr-losses/src/golden/small-encoder.ts and
the tests draw them; images are in losses.json.
"""

import itertools
import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from philox import Random

torch.set_num_threads(1)

OUT = Path(__file__).parents[2] / "packages/sr-losses/src/golden"
HEADER = {"tool": "PyTorch", "version": torch.__version__.split("+")[0], "script": "tools/oracles/losses.py"}


# Inputs.


def images():
    """A prediction and a target [batch, height, width, channel]; 1/256 steps are exact in float32 and short in JSON."""
    random = np.random.RandomState(1)
    shape = (2, 3, 4, 3)
    target = random.randint(0, 256, shape) / 256
    prediction = target + random.randint(-64, 65, shape) / 256
    # Where both agree the gradient of an absolute value is a matter of convention.
    prediction.flat[::5] = target.flat[::5]
    return prediction, target


def draw(random, *shape, low=-0.5, high=0.5):
    values = [random.uniform(low, high) for _ in range(int(np.prod(shape)))]
    # The tensors of the other side hold float32.
    values = np.array(values, dtype=np.float32).astype(np.float64).reshape(shape)
    return torch.tensor(values, requires_grad=True)


def small_weights():
    """Two convolutions in TensorFlow's order of axes [height, width, in, out], their biases, and a linear layer."""
    random = Random(3)
    return [draw(random, *shape) for shape in [(3, 3, 3, 4), (4,), (3, 3, 4, 5), (5,), (5, 1)]]


def conv(x, weight, bias, stride=1):
    """[batch, height, width, channel], zero padding 1."""
    y = functional.conv2d(x.permute(0, 3, 1, 2), weight.permute(3, 2, 0, 1), bias, stride=stride, padding=1)
    return y.permute(0, 2, 3, 1)


def small_encoder(x, weights):
    first = conv(x, *weights[:2])
    return {"first": first, "second": conv(functional.leaky_relu(first, 0.2), *weights[2:4], stride=2)}


def small_critic(x, weights):
    return small_encoder(x, weights)["second"].mean((1, 2)) @ weights[4]


# Losses of pixels.


def charbonnier(x, y, epsilon2, reduction):
    """LapSRN (Lai et al. 2017, eq. 3) and BasicSR write it alike; they differ in epsilon^2 and in the reduction."""
    rho = torch.sqrt((x - y) ** 2 + epsilon2)
    return {"mean": rho.mean, "sum": rho.sum, "batch-mean": lambda: rho.sum((1, 2, 3)).mean()}[reduction]()


def grid(x, y, period, window):
    """Our own: means over each place of the period in squares of so many periods."""
    difference = channels_first(x - y)
    side = period * window
    height, width = (n // side * side for n in difference.shape[2:])
    places = functional.pixel_unshuffle(difference[:, :, :height, :width], period)
    return functional.avg_pool2d(places, window).square().mean()


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def tv_johnson(x):
    """fast-neural-style's TotalVariation and neural-style's TVLoss are written as gradients only (strength 1)."""
    x = channels_first(x) * 255
    corner, right, below = x[:, :, :-1, :-1], x[:, :, :-1, 1:], x[:, :, 1:, :-1]
    value = ((corner - right) ** 2 + (corner - below) ** 2).sum() / 2
    gradient = torch.zeros_like(x)
    gradient[:, :, :-1, :-1] += (corner - right) + (corner - below)
    gradient[:, :, :-1, 1:] -= corner - right
    gradient[:, :, 1:, :-1] -= corner - below
    if x.requires_grad:
        assert torch.allclose(torch.autograd.grad(value, x, retain_graph=True)[0], gradient)
    return value


def tv_leftthomas(x):
    """leftthomas/SRGAN loss.py, TVLoss."""
    x = channels_first(x)
    n, c, h, w = x.shape
    h_tv = torch.pow(x[:, :, 1:, :] - x[:, :, : h - 1, :], 2).sum()
    w_tv = torch.pow(x[:, :, :, 1:] - x[:, :, :, : w - 1], 2).sum()
    return 2 * (h_tv / (c * (h - 1) * w) + w_tv / (c * h * (w - 1))) / n


def tv_basicsr(x):
    x = channels_first(x)
    return functional.l1_loss(x[:, :, :-1, :], x[:, :, 1:, :]) + functional.l1_loss(x[:, :, :, :-1], x[:, :, :, 1:])


def tv_piq(x, norm):
    """piq 0.8 total_variation, reduction mean."""
    x = channels_first(x)
    power = 1 if norm == "l1" else 2
    vertical = (x[:, :, 1:, :] - x[:, :, :-1, :]).abs().pow(power).sum((1, 2, 3))
    horizontal = (x[:, :, :, 1:] - x[:, :, :, :-1]).abs().pow(power).sum((1, 2, 3))
    score = vertical + horizontal
    return (score.sqrt() if norm == "l2" else score).mean()


def tv_mahendran(x, beta):
    """Edges are repeated, so that the last differences are 0."""
    x = channels_first(x)
    padded = functional.pad(x, (0, 1, 0, 1), mode="replicate")
    dx, dy = padded[:, :, :-1, 1:] - x, padded[:, :, 1:, :-1] - x
    # A root has no derivative where both are 0, as in the last corner: there it is left out.
    energy = dx**2 + dy**2
    return (energy[energy > 0] ** (beta / 2)).sum()


def gradient_map(x, padding, mode="constant"):
    """SPSR's Get_gradient: kernels of central differences, each channel for itself."""
    x = functional.pad(channels_first(x), (padding,) * 4, mode=mode)
    vertical = torch.tensor([[0, -1, 0], [0, 0, 0], [0, 1, 0]], dtype=torch.float64).expand(3, 1, 3, 3)
    v = functional.conv2d(x, vertical, groups=3)
    h = functional.conv2d(x, vertical.transpose(2, 3), groups=3)
    return torch.sqrt(v**2 + h**2 + 1e-6)


def on_maps(distance, *args, **kwargs):
    return lambda x, y: distance(gradient_map(x, *args, **kwargs), gradient_map(y, *args, **kwargs))


def masked(x, y):
    """Two regions: the left column and the rest."""
    total = 0
    for columns in [slice(0, 1), slice(1, 4)]:
        mask = torch.zeros(1, 3, 4, 1, dtype=torch.float64)
        mask[:, :, columns] = 1
        total = total + functional.mse_loss(x * mask, y * mask)
    return total


# Losses of features.


def structure(x, y, layer, distance):
    weights = small_weights()
    return distance(small_encoder(x, weights)[layer], small_encoder(y, weights)[layer])


SCALES = {"first": 2.0, "second": 0.5}


def content(x, y, softmax):
    weights = small_weights()
    of, wanted = small_encoder(x, weights), small_encoder(y, weights)
    losses = torch.stack([SCALES[k] * functional.mse_loss(of[k], wanted[k].detach()) for k in SCALES])
    share = torch.softmax(losses, 0).detach() if softmax else torch.full((2,), 0.5, dtype=torch.float64)
    return (share * losses).sum()


def match(values, reference):
    """Each value becomes the reference's value at the same quantile (both one channel of one map)."""
    n, m = len(values), len(reference)
    positions = (np.arange(n) + 0.5) * m / n - 0.5
    result = np.empty(n)
    result[np.argsort(values)] = np.interp(positions, np.arange(m), np.sort(reference))
    return result


def histogram(x, y, reduction, columns=4):
    weights = small_weights()
    of, wanted = small_encoder(x, weights), small_encoder(y[:, :, :columns], weights)
    total = 0
    for layer in of:
        maps, style = (f.detach().numpy() for f in (of[layer], wanted[layer]))
        remapped = np.empty_like(maps)
        for n, c in itertools.product(range(maps.shape[0]), range(maps.shape[3])):
            remapped[n, :, :, c] = match(maps[n, :, :, c].ravel(), style[n, :, :, c].ravel()).reshape(maps.shape[1:3])
        squares = (of[layer] - torch.tensor(remapped)) ** 2
        total = total + (squares.sum((1, 2, 3)).mean() if reduction == "paper" else squares.mean())
    return total


LOSSES = {
    "l1": functional.l1_loss,
    "l1 sum": lambda x, y: functional.l1_loss(x, y, reduction="sum"),
    "l2": functional.mse_loss,
    "l2 sum": lambda x, y: functional.mse_loss(x, y, reduction="sum"),
    "charbonnier basicsr": lambda x, y: charbonnier(x, y, 1e-12, "mean"),
    "charbonnier lapsrn": lambda x, y: charbonnier(x, y, 1e-6, "sum"),
    "charbonnier lapsrn-paper": lambda x, y: charbonnier(x, y, 1e-6, "batch-mean"),
    "huber akella": lambda x, y: functional.huber_loss(255 * x, 255 * y),
    "huber unit": functional.huber_loss,
    "huber 0.1 sum": lambda x, y: functional.huber_loss(x, y, delta=0.1, reduction="sum"),
    "weighted": lambda x, y: 0.25 * functional.l1_loss(x, y) + 2 * functional.mse_loss(x, y),
    "gridLoss 1, 2": lambda x, y: grid(x, y, 1, 2),
    "gridLoss 2, 1": lambda x, y: grid(x, y, 2, 1),
    "totalVariation johnson": lambda x, y: tv_johnson(x),
    "totalVariation leftthomas": lambda x, y: tv_leftthomas(x),
    "totalVariation basicsr": lambda x, y: tv_basicsr(x),
    "totalVariation piq-l1": lambda x, y: tv_piq(x, "l1"),
    "totalVariation piq-l2": lambda x, y: tv_piq(x, "l2"),
    "totalVariation piq-l2-squared": lambda x, y: tv_piq(x, "l2_squared"),
    "totalVariation mahendran": lambda x, y: tv_mahendran(x, 2),
    "totalVariation mahendran 1": lambda x, y: tv_mahendran(x, 1),
    "gradientMapLoss paper": on_maps(functional.l1_loss, 1),
    "gradientMapLoss code": on_maps(functional.mse_loss, 2),
    "gradientMapLoss replicate": on_maps(functional.l1_loss, 1, mode="replicate"),
    "masked": masked,
    "structureLoss l1": lambda x, y: structure(x, y, "second", functional.l1_loss),
    "structureLoss l2 first": lambda x, y: structure(x, y, "first", functional.mse_loss),
    "discriminatorContent softmax": lambda x, y: content(x, y, True),
    "discriminatorContent average": lambda x, y: content(x, y, False),
    "histogramLoss paper": lambda x, y: histogram(x, y, "paper"),
    "histogramLoss mean": lambda x, y: histogram(x, y, "mean"),
    "histogramLoss other size": lambda x, y: histogram(x, y, "paper", columns=3),
}


def losses():
    prediction, target = images()
    golden = {}
    for name, loss in LOSSES.items():
        x = torch.tensor(prediction, dtype=torch.float64, requires_grad=True)
        value = loss(x, torch.tensor(target, dtype=torch.float64))
        golden[name] = evaluated(value, x)
    write(
        "losses.json",
        {
            "tolerance": 1e-6,
            "shape": prediction.shape,
            "prediction": prediction.flatten().tolist(),
            "target": target.flatten().tolist(),
            "scales": SCALES,
            "losses": golden,
        },
    )


# Adversarial losses. The discriminator is given as a function, so that its batches are seen to be separate.


def bce(logits, label):
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def ragan(share):
    """ESRGAN's and SPSR's code (share 1/2): BCE of relative logits; the real ones are detached for the generator."""
    return (
        lambda f, r: share * (bce(r - f.mean(), 1.0) + bce(f - r.mean(), 0.0)),
        lambda f, r: share * (bce(r.detach() - f.mean(), 0.0) + bce(f - r.detach().mean(), 1.0)),
    )


# Name: (discriminator, generator), of fake and real logits.
OBJECTIVES = {
    "vanilla": (lambda f, r: bce(r, 1.0) + bce(f, 0.0), lambda f, r: bce(f, 1.0)),
    "saturating": (
        lambda f, r: bce(r, 1.0) + bce(f, 0.0),
        lambda f, r: torch.log(1 - torch.sigmoid(f)).mean(),
    ),
    "non-log": (
        lambda f, r: 1 - torch.sigmoid(r).mean() + torch.sigmoid(f).mean(),
        lambda f, r: torch.mean(1 - torch.sigmoid(f)),
    ),
    "lsgan": (
        lambda f, r: 0.5 * ((r - 1) ** 2).mean() + 0.5 * (f**2).mean(),
        lambda f, r: 0.5 * ((f - 1) ** 2).mean(),
    ),
    "lsgan-basicsr": (
        lambda f, r: functional.mse_loss(r, torch.ones_like(r)) + functional.mse_loss(f, torch.zeros_like(f)),
        lambda f, r: functional.mse_loss(f, torch.ones_like(f)),
    ),
    "hinge": (
        lambda f, r: functional.relu(1 - r).mean() + functional.relu(1 + f).mean(),
        lambda f, r: -f.mean(),
    ),
    "wasserstein": (lambda f, r: f.mean() - r.mean(), lambda f, r: -f.mean()),
    "ragan": ragan(0.5),
    "ragan-paper": ragan(1),
}


def gradient_penalty(fake, real, weights, preset):
    """Gulrajani et al. 2017, algorithm 1; BasicSR's gradient_penalty_loss takes the norm over channels."""
    random = Random(9)
    share = draw(random, fake.shape[0], 1, 1, 1, low=0, high=1).detach()
    between = (share * real + (1 - share) * fake).detach().requires_grad_()
    logits = small_critic(between, weights)
    slopes = torch.autograd.grad(logits, between, torch.ones_like(logits), create_graph=True)[0]
    if preset == "basicsr":
        return 10 * ((slopes.norm(2, dim=3) - 1) ** 2).mean()
    excess = slopes.flatten(1).norm(2, dim=1) - 1
    return 10 * ((excess.clamp(min=0) if preset == "one-sided" else excess) ** 2).mean()


def normalizing_critic(x, weights, statistics):
    """Convolution, batch norm in training mode, leaky ReLU, mean of all: a logit an image."""
    y = conv(x, *weights[:2]).permute(0, 3, 1, 2)
    y = functional.batch_norm(y, *statistics, training=True)
    return functional.leaky_relu(y, 0.2).mean((1, 2, 3)).reshape(-1, 1)


def adversarial():
    random = Random(7)
    fake, real = draw(random, 4, 3, low=-2, high=2), draw(random, 4, 3, low=-2, high=2)
    objectives = {}
    for name, (discriminator, generator) in OBJECTIVES.items():
        objectives[name] = {
            "discriminator": evaluated(discriminator(fake, real), fake, real),
            "generator": evaluated(generator(fake, real), fake, real),
        }

    x, y = (torch.tensor(image, dtype=torch.float64) for image in images())
    weights = small_weights()
    penalties = {
        preset: evaluated(gradient_penalty(x, y, weights, preset), *weights)
        for preset in ["wgan-gp", "one-sided", "basicsr"]
    }

    # One step of a discriminator with batch norm: the real batch first, then the fake one.
    statistics = [torch.zeros(4, dtype=torch.float64), torch.ones(4, dtype=torch.float64)]
    real_logits = normalizing_critic(y, weights, statistics)
    fake_logits = normalizing_critic(x, weights, statistics)
    step = evaluated(OBJECTIVES["ragan"][0](fake_logits, real_logits), *weights[:2])
    step["runningMean"], step["runningVariance"] = (s.tolist() for s in statistics)
    prediction = x.clone().requires_grad_()
    value = OBJECTIVES["ragan"][1](
        normalizing_critic(prediction, weights, statistics), normalizing_critic(y, weights, statistics)
    )
    write(
        "adversarial.json",
        {
            "tolerance": 1e-6,
            "objectives": objectives,
            "penalties": penalties,
            "discriminatorStep": step,
            "generatorStep": evaluated(value, prediction),
        },
    )


# Losses that train a structure extractor.

CONTEXTS = {
    "horizontal": [(0, -1), (0, 1)],
    "vertical": [(-1, 0), (1, 0)],
    "cross": [(0, -1), (0, 1), (-1, 0), (1, 0)],
}
STRIDE = 4


def field(row, column, spacing):
    """The pixels that a cell sees, as a set; a receptive field of spacing * STRIDE pixels."""
    side = range(spacing * STRIDE)
    return {(row * STRIDE + i, column * STRIDE + j) for i in side for j in side}


def context_prediction(features, weight, context, spacing, targets, gamma):
    """Ma et al., TPAMI 2021, equations 11 and 12, with a linear predictor."""
    batch, height, width, _ = features.shape
    losses, hits = [], []
    for n, (row, column) in itertools.product(range(batch), targets):
        around = [(row + spacing * i, column + spacing * j) for i, j in CONTEXTS[context]]
        predicted = torch.cat([features[n, i, j] for i, j in around]) @ weight
        seen = set().union(*(field(i, j, spacing) for i, j in [(row, column), *around]))
        wrong = [
            features[n, i, j]
            for i, j in itertools.product(range(height), range(width))
            if not seen & field(i, j, spacing)
        ]
        score = lambda z: gamma * functional.cosine_similarity(z, predicted, dim=0)
        scores = torch.stack([score(features[n, row, column]), *map(score, wrong)])
        losses.append(-torch.log_softmax(scores, 0)[0])
        hits.append(int(scores[0] > scores[1:].max()))
    return torch.stack(losses).mean(), len(wrong), hits


def jigsaw(features, weight, spacing, corner, permutations):
    """Equation 13, with a linear classifier."""
    row, column = corner
    orders = list(itertools.permutations(range(4)))
    items = []
    for n, k in enumerate(permutations):
        pieces = [features[n, row + spacing * i, column + spacing * j] for i in (0, 1) for j in (0, 1)]
        items.append(torch.cat([pieces[piece] for piece in orders[k]]))
    logits = torch.stack(items) @ weight
    hits = [int(k == told) for k, told in zip(permutations, logits.argmax(1).tolist())]
    return functional.cross_entropy(logits, torch.tensor(permutations)), hits


def smooth_features():
    """A map in which cells are like those around them, so that some can be told from all others and some cannot."""
    noise = draw(Random(14), 1, 9, 10, 4, low=-0.3, high=0.3)
    place = lambda i, j: [np.cos(0.3 * i), np.sin(0.3 * i), np.cos(0.3 * j), np.sin(0.3 * j)]
    smooth = np.array([[place(i, j) for j in range(10)] for i in range(9)])
    return torch.tensor((noise[0].detach().numpy() + smooth)[None].astype(np.float32).astype(np.float64))


def extractor():
    features = draw(Random(11), 2, 9, 10, 4, low=-1, high=1)
    predictions = {}
    for context, spacing, targets, gamma in [
        ("horizontal", 3, [(4, 4), (0, 6)], 64),
        ("vertical", 2, [(4, 4)], 64),
        ("cross", 2, [(3, 4), (4, 2)], 1),
    ]:
        count = len(CONTEXTS[context])
        weight = draw(Random(12), 4 * count, 4)
        value, negatives, _ = context_prediction(features, weight, context, spacing, targets, gamma)
        predictions[context] = {
            "spacing": spacing,
            "targets": targets,
            "gamma": gamma,
            "negativesOfLastTarget": negatives,
            **evaluated(value, features, weight),
        }
    weight = draw(Random(13), 16, 24)
    permutations = [5, 17]
    value, _ = jigsaw(features, weight, 3, (2, 4), permutations)
    # All orders of the pieces of a grid of both maps, each as an item; a predictor that takes the mean of two neighbours.
    _, told_orders = jigsaw(features.repeat_interleave(24, 0), weight, 3, (1, 2), [*range(24)] * 2)
    smooth = smooth_features()
    average = torch.cat([torch.eye(4, dtype=torch.float64)] * 2) / 2
    cells = [(row, column) for row in range(9) for column in range(3, 7)]
    _, _, told_cells = context_prediction(smooth, average, "horizontal", 3, cells, 1)
    write(
        "extractor.json",
        {
            # A factor of 64 before the exponential makes 64 roundings of one.
            "tolerance": 1e-5,
            "contextPrediction": predictions,
            "jigsaw": {"spacing": 3, "corner": [2, 4], "permutations": permutations, **evaluated(value, features, weight)},
            "success": {
                "features": [round(x, 9) for x in smooth.flatten().tolist()],
                "spacing": 3,
                "targets": cells,
                "context": told_cells,
                "jigsaw": told_orders,
            },
        },
    )


# Output.


def evaluated(value, *inputs):
    """The value and its gradients with respect to all inputs, in one list; zeros where it does not depend on one."""
    gradients = torch.autograd.grad(value, inputs, allow_unused=True, retain_graph=True, materialize_grads=True)
    return {
        "value": value.item(),
        "gradient": [round(g, 12) + 0.0 for gradient in gradients for g in gradient.flatten().tolist()],
    }


def write(name, content):
    OUT.mkdir(exist_ok=True)
    (OUT / name).write_text(json.dumps({**HEADER, **content}) + "\n")


losses()
adversarial()
extractor()
