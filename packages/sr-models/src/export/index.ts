export { exportGraphModel, type GraphModel, graphModelFiles } from './graph-model.js';
export { type NativeFunction, nativeFunction } from './native-function.js';
export { type ExportOptions, exportOnnx, onnxOperatorSet } from './onnx.js';
