/** Videos and the camera, frame by frame through something that paints. */
import { h } from '../ui/dom.js';

/** From a frame to the painted one. */
export type Paint = (frame: ImageData) => Promise<ImageData>;

/** Frames a second of saved videos. */
const framesPerSecond = 12;
/** Longer side of frames: they come one after the other. */
const largestSide = 384;

/** @throws if the browser cannot play it */
export async function openVideo(file: File): Promise<HTMLVideoElement> {
  const video = h('video', { playsinline: true });
  video.muted = true;
  video.src = URL.createObjectURL(file);
  await new Promise<void>((resolve, reject) => {
    video.addEventListener('loadeddata', () => resolve());
    video.addEventListener('error', () => reject(video.error));
  });
  return video;
}

/**
 * Paints a whole video on a canvas.
 *
 * @returns the painted video, without sound. The recorder only runs while a finished frame is shown, so that the pace is kept.
 */
export async function paintVideo(
  video: HTMLVideoElement,
  canvas: HTMLCanvasElement,
  paint: Paint,
  onProgress: (percent: number, secondsLeft: number) => void,
): Promise<Blob> {
  const source = frameSource(video, canvas);
  const recorder = new MediaRecorder(canvas.captureStream());
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const count = Math.max(1, Math.floor(video.duration * framesPerSecond));
  const began = performance.now();
  try {
    for (let i = 0; i < count; i++) {
      await seek(video, i / framesPerSecond);
      canvas.getContext('2d')!.putImageData(await paint(source()), 0, 0);
      if (i === 0) recorder.start();
      else recorder.resume();
      await new Promise(resolve => setTimeout(resolve, 1000 / framesPerSecond));
      recorder.pause();
      const secondsEach = (performance.now() - began) / 1000 / (i + 1);
      onProgress((100 * (i + 1)) / count, secondsEach * (count - i - 1));
    }
  } finally {
    if (recorder.state !== 'inactive') {
      const stopped = new Promise<void>(resolve => recorder.addEventListener('stop', () => resolve()));
      recorder.stop();
      await stopped;
    }
  }
  return new Blob(parts, { type: recorder.mimeType });
}

/** Paints what a camera sees until it is stopped. */
export async function paintCamera(
  stream: MediaStream,
  canvas: HTMLCanvasElement,
  paint: Paint,
  { signal, onFrame }: { signal: AbortSignal; onFrame: (perSecond: number) => void },
): Promise<void> {
  const video = h('video', { playsinline: true });
  video.muted = true;
  video.srcObject = stream;
  try {
    await video.play();
    const source = frameSource(video, canvas);
    while (!signal.aborted) {
      const began = performance.now();
      canvas.getContext('2d')!.putImageData(await paint(source()), 0, 0);
      onFrame(1000 / (performance.now() - began));
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** Gives the frame that is shown, at a size that the canvas gets too. */
function frameSource(video: HTMLVideoElement, canvas: HTMLCanvasElement): () => ImageData {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(1, largestSide / Math.max(videoWidth, videoHeight));
  const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
  Object.assign(canvas, { width, height });
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  return () => {
    context.drawImage(video, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  };
}

function seek(video: HTMLVideoElement, time: number): Promise<void> {
  return new Promise(resolve => {
    video.addEventListener('seeked', () => resolve(), { once: true });
    video.currentTime = time;
  });
}
