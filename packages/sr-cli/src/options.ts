/** Options that several commands share, and how their texts are read. */
import { InvalidArgumentError, Option } from 'commander';

export const backends = ['auto', 'native', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendChoice = (typeof backends)[number];

export function jsonOption(): Option {
  return new Option('--json', 'print JSON for programs');
}

export function backendOption(): Option {
  return new Option('--backend <name>', 'what computes').choices(backends).default('auto');
}

export function metricsOption(): Option {
  return new Option('--metrics <names>', 'separated by commas; `sr metrics --list` shows them')
    .argParser(list)
    .default(['psnr', 'ssim'], 'psnr,ssim');
}

export function channelOption(fallback?: 'y' | 'rgb'): Option {
  const option = new Option('--channel <name>', 'y: the luma as in MATLAB; rgb: all channels (networks: always all)');
  return option.choices(['y', 'rgb']).default(fallback, fallback ?? 'each metric’s own');
}

export function cropBorderOption(fallback: string): Option {
  return new Option('--crop-border <pixels>', `pixels left out along each side (default: ${fallback})`).argParser(
    integerFrom(0),
  );
}

/** Reads an integer of at least `least`. */
export function integerFrom(least: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least) return value;
    throw new InvalidArgumentError(`Expected an integer from ${least}.`);
  };
}

function list(text: string): string[] {
  return [...new Set(text.split(',').map(name => name.trim()))];
}
