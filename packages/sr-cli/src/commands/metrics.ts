import { Command, InvalidArgumentError } from 'commander';
import { addMetricOptions, backendOption, jsonOption } from '../options.js';

export function metricsCommand(): Command {
  const command = new Command('metrics')
    .description('measure how near pictures are to their references')
    .option('--ref <path>', 'the reference: a file, or a folder; metrics without reference do without')
    .option('--dist <path>', 'what is measured: a file, or a folder with files of the same names')
    .option('--list', 'list the metrics');
  return addMetricOptions(command, { cropBorder: '0; of pi: 4' })
    .addOption(backendOption())
    .option('--heatmap <path>', 'write where they differ: a picture for two files, a folder of pictures for folders')
    .option('--heatmap-max <value>', 'the end of the scale (default: the largest value of each map)', positive)
    .option('--report <file>', 'write a page (HTML) with tables and charts')
    .option('--csv', 'print CSV, a line a picture')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Equal pictures have a PSNR of Infinity; in JSON that is the text "Infinity".
Frechet distances compare two folders as wholes: names do not matter, and there should be far more pictures than channels.

Examples:
  sr metrics --ref original.png --dist enlarged.png
  sr metrics --ref HR/ --dist results/ --channel y --crop-border 4 --json
  sr metrics --ref HR/ --dist results/ --metrics psnr,lpips-alex,gram-squeeze --csv > scores.csv
  sr metrics --ref HR/ --dist results/ --metrics lpips-alex,ssim --heatmap maps/ --report scores.html
  sr metrics --dist results/ --metrics niqe,pi --ma ma.csv`,
    )
    .action(async options => {
      const { metrics } = await import('../actions/metrics.js');
      await metrics(options);
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}
