import type { Dataset } from '../dataset/dataset.js';
import { InputError, type Problem } from '../problem.js';
import { backboneOf, type Backbone, type PretrainedNetwork } from './contract.js';
import type { ObtainedBackbone } from './obtain.js';

/** A backbone that a dataset's probe may start from. */
export interface Candidate {
  obtained: ObtainedBackbone;
  /** As the dataset's images enter it. */
  backbone: Backbone;
}

/**
 * The backbones as the images of a dataset enter them; among several, those that take them at all.
 *
 * @throws InputError when none does.
 */
export function fitBackbones(
  backbones: readonly ObtainedBackbone[],
  dataset: Pick<Dataset, 'image' | 'scaling' | 'origin' | 'name'>,
): Candidate[] {
  const { size } = dataset.image;
  const fitting = backbones.filter(({ pretrained }) => takes(pretrained, size));
  return (fitting.length > 0 ? fitting : backbones.slice(0, 1)).map((obtained) => {
    const { pretrained, own, incident } = obtained;
    // The manifest's scaling was for the network whose place another took.
    const meant = incident === null ? dataset : { ...dataset, scaling: null };
    return { obtained, backbone: fitBackbone(pretrained, own, meant) };
  });
}

/**
 * The backbone as the images of a dataset enter it: at their size, and scaled as the manifest says when the network
 * is the user's own.
 *
 * @param own Whether the network is the user's own, so that only the user knows how pixels enter it.
 * @throws InputError when it does not take that size, or the manifest scales for a network that knows its scaling.
 */
export function fitBackbone(
  pretrained: PretrainedNetwork,
  own: boolean,
  { image, scaling, origin, name }: Pick<Dataset, 'image' | 'scaling' | 'origin' | 'name'>,
): Backbone {
  const problems = [
    ...wrongSize(pretrained, image.size),
    ...(scaling !== null && !own ? [needless(pretrained)] : []),
  ];
  if (problems.length > 0) {
    throw new InputError(problems.map((problem) => ({ file: origin.file ?? name, ...problem })));
  }
  if (scaling === null) return backboneOf(pretrained);
  const { mean, std } = scaling;
  return backboneOf({
    ...pretrained,
    pixels: {
      scale: perChannel((channel) => 1 / (255 * std[channel])),
      shift: perChannel((channel) => -mean[channel] / std[channel]),
    },
  });
}

function perChannel(value: (channel: number) => number): [number, number, number] {
  return [value(0), value(1), value(2)];
}

function takes({ sizes: { least, most, step } }: Pick<PretrainedNetwork, 'sizes'>, size: number): boolean {
  return size >= least && size <= most && size % step === 0;
}

function wrongSize({ name, sizes }: PretrainedNetwork, size: number): Omit<Problem, 'file'>[] {
  const { least, most, step } = sizes;
  if (takes({ sizes }, size)) return [];
  const multiples = step === 1 ? 'any size' : `multiples of ${step}`;
  return [
    {
      message: `image.size is ${size}, but the backbone ${name} takes ${multiples} from ${least} to ${most}.`,
      remedy: 'Choose such a size, or another backbone.',
    },
  ];
}

function needless({ name }: PretrainedNetwork): Omit<Problem, 'file'> {
  return {
    message: `image.mean and image.std say how pixels enter a network of your own; the backbone ${name} knows it.`,
    remedy: 'Remove them.',
  };
}
