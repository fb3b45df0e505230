import { Command } from 'commander';
import { jsonOption } from '../options.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('say what this machine has, what would be used, and what to do for more')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  sr doctor')
    .action(async options => {
      const { doctor } = await import('../actions/doctor.js');
      await doctor(options);
    });
}
