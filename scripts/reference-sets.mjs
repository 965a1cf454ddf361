/**
 * The development sets as ordinary trainings in PyTorch see them, one seed each at 64 pixels: a plain net of nine
 * convolutions, no learning rate searched. Set, test images, small size, then frozen, fine-tune and scratch there;
 * full size and the same.
 */
const REFERENCE = [
  ['arabic-characters', 1988, 1001, 0.817, 0.925, 0.953, 8008, 0.925, 0.978, 0.982],
  ['cifar10', 2000, 1000, 0.597, 0.645, 0.523, 8000, 0.701, 0.799, 0.764],
  ['dog-cat', 420, 122, 0.774, 0.71, 0.617, 979, 0.814, 0.848, 0.786],
  ['sign-digits', 601, 174, 0.854, 0.978, 0.96, 1399, 0.955, 0.998, 0.998],
  ['trashnet', 600, 174, 0.57, 0.625, 0.553, 1399, 0.698, 0.77, 0.8],
  ['gtsrb', 1680, 524, 0.326, 0.379, 0.206, 4199, 0.383, 0.518, 0.426],
  ['textures10', 360, 105, 0.431, 0.314, 0.194, 840, 0.653, 0.636, 0.442],
  ['wbc', 486, 139, 0.403, 0.444, 0.545, 1114, 0.492, 0.765, 0.735],
];

export function referenceSets() {
  const named = ([frozen, fineTune, scratch]) => ({ frozen, 'fine-tune': fineTune, scratch });
  return REFERENCE.map(([dataset, testExamples, small, ...rest]) => ({
    dataset,
    testExamples,
    small,
    measured: named(rest.slice(0, 3)),
    horizon: rest[3],
    truth: named(rest.slice(4)),
  }));
}
