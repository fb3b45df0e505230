export { type Diagnosis, diagnose } from './diagnose.js';
export { type InstallOptions, installNative, type NativeProgress } from './install-native.js';
export { type NativeStatus, nativeStatus } from './native-status.js';
export {
  type NativeOptions,
  type NativePlan,
  type NativeStep,
  type NativeStepName,
  planNativeInstall,
} from './plan-native-install.js';
export { removeNative } from './remove-native.js';
