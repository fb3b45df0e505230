"""The training step of training-step.ts in PyTorch: reads "nchw|nhwc count", writes the milliseconds of each step."""

import sys
import time

import torch


def contestant(layout):
    layers = []
    for i in range(9):
        layers += [torch.nn.Conv2d(3 if i == 0 else 32, 32, 3, padding=1), torch.nn.ReLU(inplace=True)]
    network = torch.nn.Sequential(*layers, torch.nn.Conv2d(32, 48, 3, padding=1), torch.nn.PixelShuffle(4))
    network = network.to(memory_format=layout)
    x = torch.rand(16, 3, 48, 48).to(memory_format=layout)
    target = torch.rand(16, 3, 192, 192).to(memory_format=layout)
    optimizer = torch.optim.Adam(network.parameters(), 1e-4)

    def step():
        optimizer.zero_grad()
        loss = torch.nn.functional.l1_loss(network(x), target)
        loss.backward()
        optimizer.step()
        loss.item()

    return step


contestants = {
    "nchw": contestant(torch.contiguous_format),
    "nhwc": contestant(torch.channels_last),
}
print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", flush=True)
for line in sys.stdin:
    name, count = line.split()
    times = []
    for _ in range(int(count)):
        started = time.perf_counter()
        contestants[name]()
        times.append((time.perf_counter() - started) * 1000)
    print(*(f"{t:.3f}" for t in times), flush=True)
