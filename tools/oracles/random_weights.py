"""Weights from a counter, word for word the twin of packages/sr-tensor/src/testing/random-weights.ts."""

import math

import numpy as np

MASK = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def blocks(seed, key, count):
    """`philox(seed + key * 2^32, index)` for all indices below count, as 32-bit words [count, 4]."""
    x0 = np.arange(count, dtype=np.uint64) & MASK
    x1 = np.arange(count, dtype=np.uint64) >> HALF
    x2, x3 = np.zeros_like(x0), np.zeros_like(x0)
    k0, k1 = seed, key
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * x0, np.uint64(0xCD9E8D57) * x2
        x0, x1, x2, x3 = (p1 >> HALF) ^ x1 ^ np.uint64(k0), p1 & MASK, (p0 >> HALF) ^ x3 ^ np.uint64(k1), p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack([x0, x1, x2, x3], 1).astype(np.uint32)


def fnv1a(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def random_tensor(name, shape, seed):
    """The values of one parameter, float32, in PyTorch's order of axes."""
    size = math.prod(shape)
    words = blocks(seed, fnv1a(name) % 2**21, -(-size // 8))
    halves = np.stack([words & 0xFFFF, words >> 16], 2).reshape(-1)[:size].astype(np.float64)
    if len(shape) > 1:
        factor, offset = math.sqrt(6 / math.prod(shape[1:])), 0
    elif name.split(".")[-1] in ("weight", "running_var"):
        factor, offset = 0.5, 1
    else:
        factor, offset = 0.1, 0
    return (offset + factor * ((2 * halves + 1) / 65536 - 1)).astype(np.float32).reshape(shape)


def random_weights(shapes, seed):
    """Weights by name, float32, from shapes by name."""
    return {name: random_tensor(name, tuple(shape), seed) for name, shape in shapes.items()}


def fill(network, seed):
    """Gives a torch module random weights, sets it to inference, and gives it back."""
    import torch

    state = network.state_dict()
    shapes = {name: value.shape for name, value in state.items() if value.dtype.is_floating_point}
    for name, values in random_weights(shapes, seed).items():
        state[name] = torch.from_numpy(values)
    network.load_state_dict(state)
    return network.eval()
