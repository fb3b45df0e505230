"""Philox4x32-10 (Salmon et al., SC 2011), word for word the twin of packages/sr-tensor/src/random.ts.

Run as a script it prints blocks that random.test.ts holds, and checks itself against the paper's known answers.
"""

MASK = 0xFFFFFFFF


def philox(counter, key):
    """The block of four 32-bit words for a counter of four words and a key of two."""
    x0, x1, x2, x3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * x0, 0xCD9E8D57 * x2
        x0, x1, x2, x3 = (p1 >> 32) ^ x1 ^ k0, p1 & MASK, (p0 >> 32) ^ x3 ^ k1, p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return [x0, x1, x2, x3]


class Random:
    """Numbers by position: the same sequence as `new Random(seed)`."""

    def __init__(self, seed, position=0):
        self.seed, self.position = seed, position

    def uint32(self):
        index = self.position // 4
        block = philox([index & MASK, index >> 32, 0, 0], [self.seed & MASK, self.seed >> 32])
        value = block[self.position % 4]
        self.position += 1
        return value

    def uniform(self, low=0.0, high=1.0):
        return low + (high - low) * ((self.uint32() >> 8) / 2**24)


if __name__ == "__main__":
    # Random123's kat_vectors, "philox4x32 10".
    assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert philox([MASK] * 4, [MASK] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    assert philox([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0]) == [
        0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1,
    ]
    for seed, index in [(1, 0), (2**53 - 1, 2**50 + 7), (0x1234567890AB, 5)]:
        block = philox([index & MASK, index >> 32, 0, 0], [seed & MASK, seed >> 32])
        print(f"seed {seed}, block {index}:", " ".join(f"{word:08x}" for word in block))
    random = Random(2**40 + 3, position=6)
    print("seed 2^40 + 3 from position 6:", [random.uniform() for _ in range(3)])
