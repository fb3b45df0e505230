/** A published weight file that can be fetched. */
export interface KnownFile {
  /** What `sr weights fetch` calls it. */
  readonly name: string;
  readonly fileName: string;
  readonly url: string;
  /** The first digits of its SHA-256, which torchvision writes into the names of its files. */
  readonly sha256Prefix: string;
  readonly description: string;
}

/** The files that feature networks are loaded from: torchvision's, trained on ImageNet. */
export const knownFiles: readonly KnownFile[] = [
  torchvision('vgg16', '397923af', 'VGG-16'),
  torchvision('vgg19', 'dcbb9e9d', 'VGG-19'),
  torchvision('alexnet', '7be5be79', 'AlexNet', 'alexnet-owt'),
  torchvision('squeezenet1_1', 'b8a52dc0', 'SqueezeNet 1.1'),
  torchvision('googlenet', '1378be20', 'GoogLeNet (ported from TensorFlow)'),
  torchvision('resnet18', 'f37072fd', 'ResNet-18'),
  torchvision('resnet50', '0676ba61', 'ResNet-50 (first recipe)'),
  torchvision('densenet169', 'b2777c0a', 'DenseNet-169'),
];

/** The known file of this name or file name. */
export function findKnownFile(name: string): KnownFile | undefined {
  return knownFiles.find(file => file.name === name || file.fileName === name);
}

function torchvision(name: string, sha256Prefix: string, network: string, stem: string = name): KnownFile {
  const fileName = `${stem}-${sha256Prefix}.pth`;
  return {
    name,
    fileName,
    url: `https://download.pytorch.org/models/${fileName}`,
    sha256Prefix,
    description: `${network} of torchvision, trained on ImageNet-1k`,
  };
}
