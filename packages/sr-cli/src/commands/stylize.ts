import { Command, Option } from 'commander';
import { backendOption, integerFrom, jsonOption, judgeOption, presetOption, previewOption, share } from '../options.js';

export function stylizeCommand(): Command {
  return new Command('stylize')
    .description('paint a picture in the manner of others')
    .argument('[content]', 'the picture')
    .option('-o, --output <file>', 'where the result goes')
    .option('--style <name|file...>', 'a trained style by name or file, or pictures')
    .option('--list', 'list the trained styles')
    .addOption(
      new Option('--method <name>', 'default: fast for trained styles, optimize for pictures').choices([
        'fast',
        'optimize',
      ]),
    )
    .addOption(presetOption())
    .addOption(judgeOption())
    .option('--strength <share>', 'from 0, the picture as it is, to 1, the full style (default)', share)
    .addOption(
      new Option('--keep-color <how>', 'keep the colours of the picture').choices(['luma', 'moments', 'histogram']),
    )
    .option(
      '--mask <files...>',
      'one a style: where it is painted (white, or FILE:LABEL of a label map), of the size of the picture',
    )
    .option('--style-mask <files...>', 'one a style: where it is taken from (white), of the size of the style')
    .option('--size <pixels>', 'the longer side of the result (default: the picture’s)', integerFrom(16))
    .option('--iterations <count>', 'of the optimisation (default: the preset’s)', integerFrom(1))
    .addOption(previewOption())
    .addOption(backendOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  sr stylize holiday.jpg -o waves.png --style waves --strength 0.8
  sr stylize holiday.jpg -o candy.png --style candy.pth
  sr stylize holiday.jpg -o painted.png --style starry-night.jpg --network squeeze --size 512
  sr stylize holiday.jpg -o painted.png --style starry-night.jpg --size 512 --iterations 200
  sr stylize holiday.jpg -o two.png --style waves.jpg ink.png --mask sky.png ground.png --network squeeze`,
    )
    .action(async (content, options) => {
      const { stylize } = await import('../actions/stylize.js');
      await stylize(content, options);
    });
}
