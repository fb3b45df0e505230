import { Command, InvalidArgumentError, Option } from 'commander';
import { backendOption, integerFrom, jsonOption } from '../options.js';

export function modelsCommand(): Command {
  const models = new Command('models')
    .description('list the trained networks that come along')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  sr models --json')
    .action(async options => {
      const { models } = await import('../actions/models.js');
      await models(options);
    });

  models
    .command('export')
    .description('write a network and its weights for other programs')
    .argument('<name|file>', 'a name that `sr models` lists, or a weight file')
    .requiredOption('-o, --output <path>', 'a file (.onnx, .safetensors), or a folder for tfjs')
    .addOption(
      new Option(
        '--format <name>',
        'onnx; tfjs: a graph model for tf.loadGraphModel; safetensors (default: by the output’s name)',
      ).choices(['onnx', 'tfjs', 'safetensors']),
    )
    .addOption(new Option('--dtype <name>', 'how kernels are stored').choices(['f32', 'f16']).default('f32'))
    .option(
      '--names <dialect>',
      'whose names safetensors get: esrgan, esrgan-old, mmsr, basicsr ... (default: our own)',
    )
    .option('--network <name>', 'the network of a file without a model card (default: the one that it fits)')
    .option('--config <json>', 'what of its config differs from the defaults: \'{"blocks":6}\'', jsonObject)
    .option('--scale <factor>', 'the enlargement of a file without a model card (default: 4)', integerFrom(1))
    .addOption(backendOption())
    // The listing has one of its own, which would take it.
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Pictures of any size go in and come out: as [batch, 3, height, width] in ONNX (operator set 17), as
[batch, height, width, 3] in TensorFlow.js, in [0, 1].

Examples:
  sr models export x4-small -o x4-small.onnx
  sr models export RRDB_ESRGAN_x4.pth -o esrgan/ --format tfjs --dtype f16`,
    )
    .action(async (model, _, command) => {
      const { exportModel } = await import('../actions/models.js');
      await exportModel(model, command.optsWithGlobals());
    });

  return models;
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError('Expected an object as JSON.');
}
