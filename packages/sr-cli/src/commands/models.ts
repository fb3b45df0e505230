import { Command } from 'commander';
import { jsonOption } from '../options.js';

export function modelsCommand(): Command {
  return new Command('models')
    .description('list the trained networks that come along')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  sr models --json')
    .action(async options => {
      const { models } = await import('../actions/models.js');
      await models(options);
    });
}
