/** A picture from the camera. */
import { h, icon } from './dom.js';

/** Shows what the camera sees until a picture is taken; undefined if the dialog is closed. */
export async function takePhoto(): Promise<File | undefined> {
  const video = h('video', { class: 'camera-video', autoplay: true, playsinline: true, muted: true });
  const message = h('p', { class: 'camera-message', role: 'status' }, 'Asking for the camera …');
  const shoot = h('button', { type: 'button', class: 'primary', disabled: true }, icon('camera'), 'Take it');
  const cancel = h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel');
  const dialog = h(
    'dialog',
    { class: 'camera', 'aria-label': 'Take a picture' },
    video,
    message,
    h('div', { class: 'row end' }, cancel, shoot),
  );
  document.body.append(dialog);
  dialog.showModal();
  let photo: File | undefined;
  const closed = new Promise<void>(resolve => dialog.addEventListener('close', () => resolve()));
  shoot.addEventListener('click', async () => {
    photo = await frameOf(video);
    dialog.close();
  });
  let stream: MediaStream | undefined;
  try {
    stream = await openCamera();
    video.srcObject = stream;
    await video.play();
    message.hidden = true;
    shoot.disabled = false;
    shoot.focus();
  } catch (error) {
    video.hidden = true;
    message.textContent = cameraTrouble(error);
  }
  await closed;
  for (const track of stream?.getTracks() ?? []) track.stop();
  dialog.remove();
  return photo;
}

/** @throws what `cameraTrouble` puts into words */
export function openCamera(): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) return Promise.reject(new DOMException('', 'NotSupportedError'));
  return navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1920 } } });
}

export function cameraTrouble(error: unknown): string {
  switch ((error as Error).name) {
    case 'NotAllowedError':
      return 'The page may not use the camera. Allow it in the browser’s address bar, or choose a file instead.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'There is no camera on this machine. Choose a file instead.';
    case 'NotReadableError':
      return 'The camera is in use by another program. Close that, or choose a file instead.';
    default:
      return 'This browser gives no camera to this page (it needs HTTPS). Choose a file instead.';
  }
}

async function frameOf(video: HTMLVideoElement): Promise<File> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext('2d')!.drawImage(video, 0, 0);
  return new File([await canvas.convertToBlob()], 'camera.png', { type: 'image/png' });
}
