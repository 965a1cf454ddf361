/** A published TF.js layers model that is known by its name. */
export interface CatalogueModel {
  name: string;
  /** Of its model.json; the weight files lie beside it. */
  url: string;
  /** Terms of the weights. */
  licence: string;
  /** What it was pre-trained on. */
  data: string;
  /** Of all weight files. */
  bytes: number;
  /** Sides of the input in pixels that it takes: multiples of `step` from `least` to `most`. */
  sizes: { least: number; most: number; step: number };
  /** Of the weight files joined in manifest order; null: nobody of this project has seen the files. */
  sha256: string | null;
}

function mobileNet(width: string, bytes: number, sha256: string | null): CatalogueModel {
  const name = `mobilenet_v1_${width}_224`;
  return {
    name,
    url: `https://storage.googleapis.com/tfjs-models/tfjs/${name}/model.json`,
    licence: 'Apache-2.0',
    data: 'ImageNet (ILSVRC-2012), 1.28 million images of 1000 classes',
    bytes,
    sizes: { least: 64, most: 224, step: 32 },
    sha256,
  };
}

/**
 * Google's MobileNetV1 in four widths. The hashes are of copies in public repositories, 0.25 of two that agree;
 * the sizes of 0.50 and 1.0 follow from the architecture.
 */
export const CATALOGUE: readonly CatalogueModel[] = [
  mobileNet('0.25', 1_902_176, 'eb49857447f6089e7e392f7991f3f4fdce1936efaf83d535f5eb8aaba9538e0b'),
  mobileNet('0.50', 5_370_144, null),
  mobileNet('0.75', 10_407_904, '0c27b9b79c52b63b42e78628f640cd7259e2bfab5d82151a2d30e902d8f376b2'),
  mobileNet('1.0', 17_015_456, null),
];
