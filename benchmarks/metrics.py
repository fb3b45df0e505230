"""Metrics of metrics.ts in PyTorch: reads "name count", writes the milliseconds of each call on a 512x512 pair."""

import sys
import time
import warnings

import lpips
import piq
import torch

warnings.filterwarnings("ignore")
torch.manual_seed(1)
a, b = torch.rand(1, 3, 512, 512), torch.rand(1, 3, 512, 512)
# Random weights take as long as the published ones, which need a download.
alex = lpips.LPIPS(net="alex", pretrained=False, pnet_rand=True, verbose=False).eval()


def run_lpips():
    return alex(a, b, normalize=True).item()


contestants = {
    "lpips": run_lpips,
    "ssim": lambda: piq.ssim(a, b, downsample=False).item(),
    "ssim-downsample": lambda: piq.ssim(a, b).item(),
}
print(f"PyTorch {torch.__version__}, piq {piq.__version__}, {torch.get_num_threads()} threads", flush=True)
with torch.no_grad():
    for line in sys.stdin:
        name, count = line.split()
        times = []
        for _ in range(int(count)):
            started = time.perf_counter()
            contestants[name]()
            times.append((time.perf_counter() - started) * 1000)
        print(*times, flush=True)
