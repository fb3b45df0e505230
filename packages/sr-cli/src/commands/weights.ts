import { Command, Option } from 'commander';
import { jsonOption } from '../options.js';

export function weightsCommand(): Command {
  const weights = new Command('weights')
    .description('look at, convert and fetch weight files')
    .addHelpText('after', '\nExample:\n  sr weights inspect model.safetensors');

  weights
    .command('inspect')
    .description('say what a weight file holds (safetensors, or .pth of PyTorch, which is never executed)')
    .argument('<file>')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  sr weights inspect RRDB_ESRGAN_x4.pth')
    .action(async (file, options) => {
      const { inspect } = await import('../actions/weights.js');
      await inspect(file, options);
    });

  weights
    .command('convert')
    .description('rewrite a weight file as safetensors')
    .argument('<from>')
    .argument('<to>', 'a .safetensors file')
    .addOption(new Option('--dtype <name>', 'how values are stored').choices(['f32', 'f16']).default('f32'))
    .addHelpText('after', '\nExample:\n  sr weights convert RRDB_ESRGAN_x4.pth rrdbnet-x4.safetensors --dtype f16')
    .action(async (from, to, options) => {
      const { convert } = await import('../actions/weights.js');
      await convert(from, to, options);
    });

  weights
    .command('fetch')
    .description('download published weights to the cache, checked by their SHA-256')
    .argument('[names...]', 'some of those that --list shows; or an https address')
    .option('--all', 'everything that --list shows')
    .option('--list', 'list what can be fetched')
    .option('--sha256 <hash>', 'of the file at the address: all 64 digits')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Files in the folders of SR_WEIGHTS_DIR are taken before anything is downloaded; SR_CACHE_DIR moves the cache.

Example:
  sr weights fetch vgg19`,
    )
    .action(async (names, options) => {
      const { fetchWeights } = await import('../actions/weights.js');
      await fetchWeights(names, options);
    });

  return weights;
}
