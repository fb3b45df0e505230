// As in Node, where the union package brings it: what tests make before they choose a backend lies on cpu.
import '@tensorflow/tfjs-backend-cpu';
