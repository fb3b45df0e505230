import { Command, Option } from 'commander';
import { addOptimizationOptions, integerFrom, list } from '../options.js';

export function invertCommand(): Command {
  const command = new Command('invert')
    .description('show what a layer of a network knows of a picture: one with the same features, made from noise')
    .argument('<image>', 'the picture')
    .requiredOption('-o, --output <file>', 'where the result goes')
    .addOption(
      new Option('--layer <names>', 'one layer, or several separated by commas').argParser(list).makeOptionMandatory(),
    )
    .option('--size <pixels>', 'the longer side of the result (default: the picture’s)', integerFrom(16));
  return addOptimizationOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  sr invert photo.jpg --layer relu3_3 -o relu3_3.png
  sr invert photo.jpg --layer fire5 --network squeeze --size 256 --smoothness 1e-5 -o fire5.png`,
    )
    .action(async (image, options) => {
      const { invert } = await import('../actions/invert.js');
      await invert(image, options);
    });
}
