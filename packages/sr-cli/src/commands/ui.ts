import { Command } from 'commander';
import { backendOption, integerFrom, tileOption, workersOption } from '../options.js';

export function uiCommand(): Command {
  return new Command('ui')
    .description('serve the web app on this machine, with its fastest backend behind it')
    .option('--port <number>', 'where it listens (default: a free one)', integerFrom(0))
    .option('--max-size <MB>', 'largest file that it takes', integerFrom(1), 256)
    .addOption(backendOption())
    .addOption(tileOption())
    .addOption(workersOption())
    .addHelpText(
      'after',
      `
It listens on 127.0.0.1 only. The address that it prints holds a key: without it, and from other pages, nothing is
computed. Pictures stay on this machine; results are kept in a temporary folder until it ends (Ctrl-C).

Example:
  sr ui`,
    )
    .action(async options => {
      const { ui } = await import('../actions/ui.js');
      await ui(options);
    });
}
