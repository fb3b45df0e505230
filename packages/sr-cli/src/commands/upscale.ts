import { Command } from 'commander';
import { addEnlargingOptions, integerFrom, jsonOption } from '../options.js';

export function upscaleCommand(): Command {
  const command = new Command('upscale')
    .description('enlarge pictures')
    .argument('<inputs...>', 'files, folders or glob patterns; - for a picture from stdin')
    .requiredOption('-o, --output <path>', 'a file for one input, a folder for several; - for stdout (PNG)')
    .option('--model <name|file>', 'a name that `sr models` lists, or a weight file (default: the one of the scale)')
    .option('--scale <factor>', 'how many times larger (default: the model’s, 4)', integerFrom(1));
  return addEnlargingOptions(command)
    .option('--match-histogram', 'give each result the colour histogram of its input')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
A result keeps the name of its input (and its format, where that can be written; else it is a PNG).
Files that exist are replaced once the new ones are whole; inputs never are.

Examples:
  sr upscale holiday.jpg -o holiday@4x.png
  sr upscale photos/ 'scans/*.tif' -o big/ --json
  cat small.png | sr upscale - -o - > big.png`,
    )
    .action(async (inputs, options) => {
      const { upscale } = await import('../actions/upscale.js');
      await upscale(inputs, options);
    });
}
