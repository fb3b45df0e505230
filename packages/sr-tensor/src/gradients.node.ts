// In Node that file is ES syntax in a CommonJS package; the union carries the same registrations.
import '@tensorflow/tfjs';
