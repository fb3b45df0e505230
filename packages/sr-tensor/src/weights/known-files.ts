/** What is known of one published file. */
interface FileIdentity {
  /** Its name; with folders before it where it lies in some. */
  readonly fileName: string;
  /** All digits, or the first of them, which torchvision writes into the names of its files. */
  readonly sha256?: string;
  readonly sha256Prefix?: string;
}

/** A published weight file that can be fetched. */
export interface KnownFile extends FileIdentity {
  /** What `sr weights fetch` calls it. */
  readonly name: string;
  /** Absent: no publisher serves it in a format that is read here; it has to be put into a folder of SR_WEIGHTS_DIR. */
  readonly url?: string;
  readonly description: string;
  /** The same content under other names or in other formats, taken where it lies in a folder of SR_WEIGHTS_DIR. */
  readonly alternatives?: readonly FileIdentity[];
}

const LPIPS = 'https://raw.githubusercontent.com/richzhang/PerceptualSimilarity/master/lpips/weights';

/** The files that feature networks and metrics are loaded from, at their publishers' addresses. */
export const knownFiles: readonly KnownFile[] = [
  torchvision('vgg16', '397923af', 'VGG-16'),
  torchvision('vgg19', 'dcbb9e9d', 'VGG-19'),
  torchvision('alexnet', '7be5be79', 'AlexNet', {
    stem: 'alexnet-owt',
    alternatives: [
      {
        fileName: 'alexnet_torchvision_features.f32.safetensors',
        sha256: 'f61040f5200d3d26f85522d71ea7e84d6a073b7db4eaa17d73a19535e4ac2518',
      },
    ],
  }),
  torchvision('squeezenet1_1', 'b8a52dc0', 'SqueezeNet 1.1', {
    alternatives: [
      {
        fileName: 'squeezenet1_1_torchvision_features.f32.safetensors',
        sha256: '711539aafaa88b8eac9617c578e42abcd79b59ad3f55f32f24dcae97842dafe8',
      },
    ],
  }),
  torchvision('googlenet', '1378be20', 'GoogLeNet (ported from TensorFlow)'),
  torchvision('resnet18', 'f37072fd', 'ResNet-18'),
  torchvision('resnet50', '0676ba61', 'ResNet-50 (first recipe)'),
  torchvision('resnet50_v2', '11ad3fa6', 'ResNet-50 (second recipe)', { stem: 'resnet50' }),
  torchvision('densenet169', 'b2777c0a', 'DenseNet-169'),
  {
    name: 'caffe-squeezenet',
    fileName: 'squeezenet_v1.1_caffe_full.f16.safetensors',
    sha256: 'c764e16eb73c536d505b5cf9f64c29bd7dbc0cd1dcc9bae0eab3455ebc8d65ae',
    description: 'SqueezeNet 1.1 of its authors (Caffe), with its classifier, converted',
  },
  {
    name: 'caffe-googlenet',
    fileName: 'bvlc_googlenet_full.f16.safetensors',
    sha256: 'a95402f81d3e95286eb27fcdcf9bb3fcfd3e61282a37e45fdfbf14cc0e4f2aeb',
    description: 'GoogLeNet of BVLC (Caffe), with its classifier, converted',
  },
  // The hashes of the LPIPS files are those in the PyPI package lpips 0.1.4, which holds the same files.
  lpips('v0.0', 'alex', '18720f55913d0af89042f13faa7e536a6ce1444a0914e6db9461355ece1e8cd5'),
  lpips('v0.0', 'squeeze', 'c27abd3a0145541baa50990817df58d3759c3f8154949f42af3b59b4e042d0bf'),
  lpips('v0.0', 'vgg', 'b9e4236260c3dd988fc79d2a48d645d885afcbb21f9fd595e6744cf7419b582c'),
  lpips('v0.1', 'alex', 'df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0'),
  lpips('v0.1', 'squeeze', '4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76'),
  lpips('v0.1', 'vgg', 'a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868'),
  {
    name: 'dists',
    fileName: 'DISTS_weights-f5e65c96.pt',
    url: 'https://raw.githubusercontent.com/dingkeyan93/DISTS/master/DISTS_pytorch/weights.pt',
    // Of weights.pt in the PyPI package DISTS-pytorch 0.1.
    sha256: 'f5e65c96230b7f6ca995691647d482237e4cab8a50c5c4a5784f219ef0748218',
    description: 'weights alpha and beta of DISTS',
    alternatives: [
      {
        fileName: 'dists_alpha_beta.f32.safetensors',
        sha256: 'f8d866a68031142e95caa4651a887284e176914ab33218911015ebbeddaca620',
      },
    ],
  },
  {
    name: 'niqe',
    fileName: 'niqe_modelparameters.mat',
    url: 'https://github.com/chaofengc/IQA-PyTorch/releases/download/v0.1-weights/niqe_modelparameters.mat',
    // Of modelparameters.mat in the authors' release (niqe_release.zip), which is served without https.
    sha256: 'fa2aa4d12dd9595c3fb6bf8b4e1a15c79d5d1469238d0901c88dead195be578d',
    description: 'pristine model of NIQE (the authors, for MATLAB)',
    alternatives: [
      {
        fileName: 'modelparameters.mat',
        sha256: 'fa2aa4d12dd9595c3fb6bf8b4e1a15c79d5d1469238d0901c88dead195be578d',
      },
    ],
  },
  {
    name: 'niqe-npz',
    fileName: 'niqe_pris_params.npz',
    url: 'https://raw.githubusercontent.com/XPixelGroup/BasicSR/master/basicsr/metrics/niqe_pris_params.npz',
    sha256: '2a7c182a68c9e7f1b2e2e5ec723279d6f65d912b6fcaf37eb2bf03d7367c4296',
    description: 'pristine model of NIQE (the same numbers, of BasicSR, with the window)',
  },
  {
    name: 'brisque',
    fileName: 'brisque_allmodel',
    url: 'https://raw.githubusercontent.com/gregfreeman/image_quality_toolbox/master/%2Bbrisque/allmodel',
    sha256: 'f95f47571d61a4c6cfcbdad92b37651c029880091b2b9fe6d7d523b1cfbb4dbe',
    description: 'regression model of BRISQUE (the authors, for libsvm)',
    alternatives: [
      { fileName: 'allmodel', sha256: 'f95f47571d61a4c6cfcbdad92b37651c029880091b2b9fe6d7d523b1cfbb4dbe' },
    ],
  },
];

/** The known file of this name or file name. */
export function findKnownFile(name: string): KnownFile | undefined {
  return knownFiles.find(file => file.name === name || file.fileName === name);
}

function torchvision(
  name: string,
  sha256Prefix: string,
  network: string,
  { stem = name, alternatives }: { stem?: string; alternatives?: readonly FileIdentity[] } = {},
): KnownFile {
  const fileName = `${stem}-${sha256Prefix}.pth`;
  return {
    name,
    fileName,
    url: `https://download.pytorch.org/models/${fileName}`,
    sha256Prefix,
    description: `${network} of torchvision, trained on ImageNet-1k`,
    ...(alternatives && { alternatives }),
  };
}

/** The six files are called alike at their publisher's: the version tells them apart. */
function lpips(version: string, network: string, sha256: string): KnownFile {
  return {
    name: `lpips-${network}-${version}`,
    fileName: `lpips_${version}_${network}.pth`,
    url: `${LPIPS}/${version}/${network}.pth`,
    sha256,
    description: `linear layers of LPIPS ${version} on ${network}`,
    alternatives: ['lpips_linear_pth', 'weights', '.'].map(folder => ({
      fileName: `${folder}/${version}/${network}.pth`,
      sha256,
    })),
  };
}
