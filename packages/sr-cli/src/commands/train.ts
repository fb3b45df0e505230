import { Command } from 'commander';
import { backendOption, integerFrom, jsonOption } from '../options.js';

export function trainCommand(): Command {
  return new Command('train')
    .description('train a network')
    .argument('[recipe]', 'a name that --list shows, or a JSON file')
    .option('--data <folder>', 'pictures to train on, with all folders below')
    .option('--lr <folder>', 'their small versions (default: made as by MATLAB’s imresize)')
    .option('--masks <path>', 'label maps with the names of the pictures, or a file of COCO annotations')
    .option('--validation <folder>', 'pictures to validate on (default: some of the data, kept out of the training)')
    .option('--out <folder>', 'for checkpoints, weights, log and report')
    .option('--resume', 'go on where the training in the folder ended')
    .option('--steps <count>', 'instead of the recipe’s', integerFrom(1))
    .option('--set <key=value...>', 'choose or change what the recipe says: form=small losses.pixel.weight=2')
    .addOption(backendOption())
    .option('--list', 'list the recipes, with what can be chosen of each')
    .option('--print', 'print the recipe, with the changes, as JSON')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Ctrl-C saves and stops; a second one stops at once, and loses the steps since the last checkpoint.
With --json, a line of JSON a step: {"type":"step","iteration","steps","losses","learningRate","secondsLeft"},
{"type":"validation","iteration","scores","isBest"} and at the end {"type":"end","iteration","finished","weights","report"}.

Examples:
  sr train compact --data photos/ --out runs/compact
  sr train compact --data photos/ --out runs/compact --resume
  sr train tsrn-g --data coco/ --out runs/tsrn-g --set form=small scale=8
  sr train spsr-p --data DIV2K/ --out runs/spsr-p --set encoders.structure.weights=runs/nse losses.structure.weight=2
  sr train compact --print --set scale=2 > x2.json`,
    )
    .action(async (recipe, options) => {
      const { train } = await import('../actions/train.js');
      await train(recipe, options);
    });
}
