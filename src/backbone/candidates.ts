import type { Dataset } from '../dataset/dataset.js';
import { InputError, type Problem } from '../problem.js';
import { backboneOf, scalingOf, type Backbone, type InputSizes, type PretrainedNetwork } from './contract.js';
import type { LoadedBackbone } from './load.js';

/** A backbone that the probe of a dataset may use. */
export interface Candidate {
  loaded: LoadedBackbone;
  /** With the dataset's pixel scaling. */
  backbone: Backbone;
}

/**
 * The backbones that accept the dataset's image size.
 * @throws InputError when none does.
 */
export function selectCandidates(
  backbones: readonly LoadedBackbone[],
  dataset: Pick<Dataset, 'image' | 'scaling' | 'origin' | 'name'>,
): Candidate[] {
  const { size } = dataset.image;
  const fitting = backbones.filter(({ pretrained }) => acceptsSize(pretrained.sizes, size));
  return (fitting.length > 0 ? fitting : backbones.slice(0, 1)).map((loaded) => {
    const { pretrained, isCustom, incident } = loaded;
    // The manifest's scaling was meant for the network that this one replaces.
    const meant = incident === null ? dataset : { ...dataset, scaling: null };
    return { loaded, backbone: backboneFor(pretrained, isCustom, meant) };
  });
}

/**
 * The backbone with the pixel scaling of the dataset's manifest.
 * @param isCustom Only networks of the user's own take a scaling; the others have a known one.
 * @throws InputError when the network does not accept the image size or a scaling.
 */
export function backboneFor(
  pretrained: PretrainedNetwork,
  isCustom: boolean,
  { image, scaling, origin, name }: Pick<Dataset, 'image' | 'scaling' | 'origin' | 'name'>,
): Backbone {
  const problems = [
    ...sizeProblems(pretrained, image.size),
    ...(scaling !== null && !isCustom ? [scalingProblem(pretrained)] : []),
  ];
  if (problems.length > 0) {
    throw new InputError(problems.map((problem) => ({ file: origin.file ?? name, ...problem })));
  }
  if (scaling === null) return backboneOf(pretrained);
  return backboneOf({ ...pretrained, pixels: scalingOf(scaling.mean, scaling.std) });
}

function acceptsSize({ min, max, step }: InputSizes, size: number): boolean {
  return size >= min && size <= max && size % step === 0;
}

function sizeProblems({ name, sizes }: PretrainedNetwork, size: number): Omit<Problem, 'file'>[] {
  if (acceptsSize(sizes, size)) return [];
  const { min, max, step } = sizes;
  const multiples = step === 1 ? 'any size' : `multiples of ${step}`;
  return [
    {
      message: `image.size is ${size}, but the backbone ${name} accepts ${multiples} from ${min} to ${max}.`,
      remedy: 'Choose one of these sizes, or another backbone.',
    },
  ];
}

function scalingProblem({ name }: PretrainedNetwork): Omit<Problem, 'file'> {
  return {
    message: `image.mean and image.std apply only to your own networks; the scaling of ${name} is built in.`,
    remedy: 'Remove them.',
  };
}
