import { Command } from 'commander';
import { addEnlargingOptions, addMetricOptions, integerFrom, jsonOption } from '../options.js';

export function evalCommand(): Command {
  const command = new Command('eval')
    .description('enlarge the small version of pictures and measure the results')
    .requiredOption('--hr <folder>', 'the references')
    .option('--lr <folder>', 'the small pictures (default: made from the references as by MATLAB’s imresize)')
    .requiredOption('--scale <factor>', 'how many times smaller the small pictures are', integerFrom(1))
    .option('--model <name|file>', 'what enlarges: a name that `sr models` lists, a weight file, or bicubic');
  addMetricOptions(command, { channel: 'y', cropBorder: 'the scale' });
  return addEnlargingOptions(command)
    .option('--match-histogram', 'give each result the colour histogram of its small picture')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
References are cropped to a multiple of the scale. Files that belong together may carry suffixes (baby.png and
babyx4.png, img_001_SRF_4_HR.png and img_001_SRF_4_LR.png), and both folders may be the same.

Examples:
  sr eval --hr Set5/ --scale 4
  sr eval --hr Set5/ --scale 4 --model imdn_x4.pth --luma float
  sr eval --hr Set5/HR --lr Set5/LR --scale 4 --model bicubic --json`,
    )
    .action(async options => {
      const { evaluateModel } = await import('../actions/eval.js');
      await evaluateModel(options);
    });
}
