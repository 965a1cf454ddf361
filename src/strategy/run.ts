import { fineTune } from './fine-tune.js';
import { runFrozen } from './frozen.js';
import { freshModule, gradualUnfreezing } from './hybrid.js';
import { scratch } from './scratch.js';
import { runTrained, type TrainedStrategy } from './trained.js';
import type { TrialContext, TrialResult, TrialSpec } from './trial.js';

/** Runs one trial; `now` gives milliseconds. */
export function runTrial(context: TrialContext, spec: TrialSpec, now: () => number): TrialResult {
  if (spec.strategy === 'frozen') return runFrozen(context, spec, now);
  return runTrained(context, spec, trainedStrategy(context, spec), now);
}

/** The network, start and recipe of a strategy that trains. */
export function trainedStrategy(context: TrialContext, spec: TrialSpec): TrainedStrategy {
  if (spec.strategy === 'fine-tune') return fineTune(context, spec);
  if (spec.strategy === 'scratch') return scratch(context, spec);
  return spec.variant === 'fresh module' ? freshModule(context, spec) : gradualUnfreezing(context, spec);
}
