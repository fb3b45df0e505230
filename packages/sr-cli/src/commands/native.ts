import { Command } from 'commander';
import { jsonOption } from '../options.js';

export function nativeCommand(): Command {
  const native = new Command('native')
    .description('install, remove and check the native backend: TensorFlow itself, the fastest in Node')
    .addHelpText('after', '\nExample:\n  sr native install --dry-run');

  native
    .command('install')
    .description('make @tensorflow/tfjs-node work in this project, with a current TensorFlow library')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--gpu', 'the library for NVIDIA GPUs (CUDA 12)')
    .option('--wheel <file>', 'a TensorFlow wheel that is already here, instead of a download')
    .option('--allow-unverified', 'take a wheel whose hash is not known')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  sr native install --dry-run')
    .action(async options => {
      const { install } = await import('../actions/native.js');
      await install(options);
    });

  native
    .command('remove')
    .description('undo what `sr native install` did')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  sr native remove')
    .action(async options => {
      const { remove } = await import('../actions/native.js');
      await remove(options);
    });

  native
    .command('status')
    .description('say whether the native backend works')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  sr native status --json')
    .action(async options => {
      const { status } = await import('../actions/native.js');
      await status(options);
    });

  return native;
}
