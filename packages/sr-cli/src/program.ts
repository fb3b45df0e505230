import { createRequire } from 'node:module';
import { Command } from 'commander';
import { doctorCommand } from './commands/doctor.js';
import { evalCommand } from './commands/eval.js';
import { invertCommand } from './commands/invert.js';
import { metricsCommand } from './commands/metrics.js';
import { modelsCommand } from './commands/models.js';
import { nativeCommand } from './commands/native.js';
import { stylizeCommand } from './commands/stylize.js';
import { textureCommand } from './commands/texture.js';
import { trainCommand } from './commands/train.js';
import { uiCommand } from './commands/ui.js';
import { upscaleCommand } from './commands/upscale.js';
import { weightsCommand } from './commands/weights.js';

/** The whole command line; what a command does is loaded when it runs. */
export function createProgram(): Command {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  const program = new Command('sr')
    .description('Enlarges pictures with trained networks, measures the results, and trains such networks.')
    .version(version, '--version')
    .addHelpText(
      'after',
      `
Examples:
  sr upscale photos/ -o big/
  cat small.png | sr upscale - -o - > big.png
  sr eval --hr Set5/ --scale 4

Exit codes:
  0  everything was done
  1  the command failed, or some of its inputs did
  2  the command line is wrong
  130  stopped by Ctrl-C
  141  the reader of the output has gone

SR_DEBUG=1 shows where an error arose.`,
    );
  const commands = [
    upscaleCommand(),
    stylizeCommand(),
    textureCommand(),
    invertCommand(),
    metricsCommand(),
    evalCommand(),
    trainCommand(),
    modelsCommand(),
    weightsCommand(),
    uiCommand(),
    nativeCommand(),
    doctorCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  configure(program);
  return program;
}

/** Errors are thrown and printed by `main`, as one line. */
function configure(command: Command): void {
  command
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError(true)
    .helpOption('-h, --help', 'show this help');
  if (command.commands.length > 0) command.helpCommand('help [command]', 'show the help of a command');
  for (const subcommand of command.commands) configure(subcommand);
}
