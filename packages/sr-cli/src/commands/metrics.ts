import { Command } from 'commander';
import { channelOption, cropBorderOption, jsonOption, metricsOption } from '../options.js';

export function metricsCommand(): Command {
  return new Command('metrics')
    .description('measure how near pictures are to their references')
    .requiredOption('--ref <path>', 'the reference: a file, or a folder')
    .requiredOption('--dist <path>', 'what is measured: a file, or a folder with files of the same names')
    .addOption(metricsOption())
    .addOption(channelOption('rgb'))
    .addOption(cropBorderOption('0'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Equal pictures have a PSNR of Infinity; in JSON that is the text "Infinity".

Examples:
  sr metrics --ref original.png --dist enlarged.png
  sr metrics --ref HR/ --dist results/ --channel y --crop-border 4 --json`,
    )
    .action(async options => {
      const { metrics } = await import('../actions/metrics.js');
      await metrics(options);
    });
}
