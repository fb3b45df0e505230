import { Command } from 'commander';
import { backendOption, channelOption, cropBorderOption, jsonOption, metricsOption } from '../options.js';

export function metricsCommand(): Command {
  return new Command('metrics')
    .description('measure how near pictures are to their references')
    .option('--ref <path>', 'the reference: a file, or a folder; metrics without reference do without')
    .option('--dist <path>', 'what is measured: a file, or a folder with files of the same names')
    .addOption(metricsOption())
    .option('--list', 'list the metrics')
    .addOption(channelOption())
    .addOption(cropBorderOption('0'))
    .addOption(backendOption())
    .option('--csv', 'print CSV, a line a picture')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Equal pictures have a PSNR of Infinity; in JSON that is the text "Infinity".

Examples:
  sr metrics --ref original.png --dist enlarged.png
  sr metrics --ref HR/ --dist results/ --channel y --crop-border 4 --json
  sr metrics --ref HR/ --dist results/ --metrics psnr,lpips-alex,gram-squeeze --csv > scores.csv`,
    )
    .action(async options => {
      const { metrics } = await import('../actions/metrics.js');
      await metrics(options);
    });
}
