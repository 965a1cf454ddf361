import { runFrozen } from './frozen.js';
import { trainedStrategy } from './trained-strategies.js';
import { runTrained } from './trained.js';
import type { TrialContext, TrialResult, TrialSpec } from './trial.js';

/** Runs one trial; `now` gives milliseconds. */
export function runTrial(context: TrialContext, spec: TrialSpec, now: () => number): TrialResult {
  if (spec.strategy === 'frozen') return runFrozen(context, spec, now);
  return runTrained(context, spec, trainedStrategy(context, spec), now);
}
