/**
 * Where the TensorFlow library comes from: Python wheels hold a current libtensorflow with its C interface, which is
 * stable, so that the addon of tfjs-node builds and runs against it. Verified with 2.15.1, 2.18.1 and 2.20.0.
 */
export interface Wheel {
  /** What pip calls it. */
  readonly distribution: string;
  readonly version: string;
  readonly file: string;
  /** Of the file as it was downloaded once; absent for a wheel that nobody here has seen. */
  readonly sha256?: string;
  /** Size of the file, and of the libraries and headers that are unpacked from it. */
  readonly bytes?: number;
  readonly unpackedBytes?: number;
}

const tag = 'cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64';

/** The Python tag only names the file: nothing of Python inside is used. */
export const wheels: Readonly<Record<'cpu' | 'cuda', Wheel>> = {
  cpu: {
    distribution: 'tensorflow-cpu',
    version: '2.18.1',
    file: `tensorflow_cpu-2.18.1-${tag}.whl`,
    sha256: '810c75d7149d2da0cb2092187817b0dcabb80728ca9f9cf3a61f3f42fadd1298',
    bytes: 230_236_181,
    unpackedBytes: 843_243_804,
  },
  cuda: {
    distribution: 'tensorflow',
    version: '2.18.1',
    file: `tensorflow-2.18.1-${tag}.whl`,
    sha256: 'c9f87e5d2a680a4595f5dc30daf6bbaec9d4129b46d7ef1b2af63c46ac7d2828',
    bytes: 615_510_377,
    unpackedBytes: 1_505_932_046,
  },
};

/** What a CUDA build needs besides, as published with TensorFlow 2.18. */
export const cudaNotes: readonly string[] = [
  'The CUDA build needs an NVIDIA driver 525 or newer and the libraries of CUDA 12 and cuDNN 9 where the loader finds them (LD_LIBRARY_PATH).',
  'CUDA install: not verified on a GPU by this project (built, and run on a CPU only).',
];
