import { fineTune } from './fine-tune.js';
import { freshModule, gradualUnfreezing } from './hybrid.js';
import { scratch } from './scratch.js';
import type { TrainedStrategy } from './trained.js';
import type { NetworkContext, TrialSpec } from './trial.js';

/** The network, start and recipe of a strategy that trains. Needs no engine, so reports can describe it. */
export function trainedStrategy(context: NetworkContext, spec: TrialSpec): TrainedStrategy {
  if (spec.strategy === 'fine-tune') return fineTune(context, spec);
  if (spec.strategy === 'scratch') return scratch(context, spec);
  return spec.variant === 'fresh module' ? freshModule(context, spec) : gradualUnfreezing(context, spec);
}
