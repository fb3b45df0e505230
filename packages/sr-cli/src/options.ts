/** Options that several commands share, and how their texts are read. */
import { InvalidArgumentError, Option } from 'commander';

export const backends = ['auto', 'native', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendChoice = (typeof backends)[number];

export const metricNames = ['psnr', 'ssim'] as const;
export type MetricName = (typeof metricNames)[number];

export function jsonOption(): Option {
  return new Option('--json', 'print JSON for programs');
}

export function backendOption(): Option {
  return new Option('--backend <name>', 'what computes').choices(backends).default('auto');
}

export function metricsOption(): Option {
  return new Option('--metrics <names>', 'separated by commas')
    .argParser(metricList)
    .default([...metricNames], metricNames.join(','));
}

export function channelOption(fallback: 'y' | 'rgb'): Option {
  return new Option('--channel <name>', 'y: the luma as in MATLAB; rgb: all channels')
    .choices(['y', 'rgb'])
    .default(fallback);
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

function metricList(text: string): MetricName[] {
  const names = text.split(',').map(name => name.trim());
  for (const name of names) {
    if (!metricNames.includes(name as MetricName)) {
      throw new InvalidArgumentError(`Expected some of ${metricNames.join(', ')}.`);
    }
  }
  return [...new Set(names)] as MetricName[];
}
