/** Enlarges a file: shows tiles as they are done, encodes strips as they are complete. */
import { resizePicture, resizeStrips } from 'sr-data';
import { fromBlob, toImageData } from 'sr-data/browser';
import { liveTile } from 'sr-models';
import { hasAlpha } from 'sr-tensor';
import type { HandlerContext } from 'sr-tensor/worker';
import type { EnlargeEvent, EnlargeJob, EnlargeResult } from './contract.js';
import { openUpscaler } from './network.js';
import { createPngWriter } from './png.js';
import { createSink } from './sink.js';

export async function enlarge(
  { file, network, detail, scale, largestInMemory }: EnlargeJob,
  { signal, onProgress }: HandlerContext,
): Promise<EnlargeResult> {
  const tell = (event: EnlargeEvent): void => onProgress(event);
  const started = performance.now();
  const photo = await fromBlob(file);
  const [width, height] = [photo.width * scale, photo.height * scale];
  tell({ kind: 'opened', width, height, hasAlpha: hasAlpha(photo) });

  const upscaler = await openUpscaler(network, detail);
  const own = upscaler.scale;
  const isLarge = width * height > largestInMemory;
  const sink = await createSink(isLarge, { name: `${Date.now()}.png`, expected: width * height });
  try {
    const png = createPngWriter({ width, height, channels: photo.channels }, chunk => sink.write(chunk));
    const strips = upscaler.strips(photo, {
      signal,
      tile: liveTile(photo, upscaler),
      onTile({ picture, left, top }) {
        const size = { width: (picture.width / own) * scale, height: (picture.height / own) * scale };
        const image = toImageData(picture);
        tell({ kind: 'after', part: { image, left: (left / own) * scale, top: (top / own) * scale, ...size } });
      },
      onProgress: ({ percent, secondsLeft }) => tell({ kind: 'progress', percent, secondsLeft }),
    });
    let top = 0;
    const wanted = own === scale ? strips : resizeStrips(strips, { ratio: [own, scale], height: photo.height * own });
    for await (const strip of wanted) {
      const area = { left: 0, top, width, height: strip.height };
      const part = { left: 0, top, width, height: strip.height };
      // Tiles of another scale were a preview.
      if (own !== scale) tell({ kind: 'after', part: { image: toImageData(strip), ...part } });
      if (!isLarge) {
        const before = resizePicture(photo, { scale }, { area });
        tell({ kind: 'before', part: { image: toImageData(before), ...part } });
      }
      await png.write(strip);
      top += strip.height;
    }
    await png.close();
    const seconds = (performance.now() - started) / 1000;
    return {
      file: await sink.close(),
      width,
      height,
      hasAlpha: hasAlpha(photo),
      seconds,
      backend: upscaler.backend.backend,
    };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
