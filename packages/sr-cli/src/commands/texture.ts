import { Command, InvalidArgumentError } from 'commander';
import { addOptimizationOptions, list } from '../options.js';

export function textureCommand(): Command {
  const command = new Command('texture')
    .description('make more of a texture, in any size')
    .argument('<image>', 'a picture of the texture')
    .requiredOption('-o, --output <file>', 'where the result goes')
    .option('--size <WxH>', 'width and height of the result (default: the picture’s)', sizeOf)
    .option('--layers <names>', 'whose Gram matrices count, separated by commas (default: the preset’s)', list);
  return addOptimizationOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  sr texture gravel.jpg -o more-gravel.png --size 512x256
  sr texture gravel.jpg -o fine.png --network squeeze --layers relu1,fire2 --iterations 200`,
    )
    .action(async (image, options) => {
      const { texture } = await import('../actions/texture.js');
      await texture(image, options);
    });
}

function sizeOf(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d+)x(\d+)$/i.exec(text) ?? [];
  if (Number(width) > 0 && Number(height) > 0) return { width: Number(width), height: Number(height) };
  throw new InvalidArgumentError('Expected width and height such as 512x256.');
}
