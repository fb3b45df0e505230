/** The recipes there are, a function each. */
export { compact } from './compact.js';
export { edsr } from './edsr.js';
export { enhancenetPat } from './enhancenet-pat.js';
export { esrgan } from './esrgan.js';
export {
  featureMatchingMp,
  featureMatchingMpca,
  featureMatchingMpcsa,
  featureMatchingMpcsva,
  featureMatchingMpva,
} from './feature-matching.js';
export { johnsonSrFeature, johnsonSrPixel } from './johnson-sr.js';
export { johnsonStyle, johnsonStyleMulti } from './johnson-style.js';
export { lpipsLin } from './lpips-lin.js';
export { nseContrastive } from './nse-contrastive.js';
export { nseJigsaw } from './nse-jigsaw.js';
export { rrdbPsnr } from './rrdb-psnr.js';
export { spsrG, spsrJ, spsrP } from './spsr.js';
export { spsrEdsr, spsrSrresnet } from './spsr-backbones.js';
export { srcnn } from './srcnn.js';
export { srgan } from './srgan.js';
export { srganDrone } from './srgan-drone.js';
export { tsrnFaces, tsrnG, tsrnS } from './tsrn.js';
