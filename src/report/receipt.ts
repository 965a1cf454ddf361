import type { ReusedTrials } from '../probe/cache/reuse-trials.js';
import { chosenTrials } from '../scheduling/chosen-trials.js';
import { armOf } from '../scheduling/trial-spec.js';
import type { TrialOutcome } from '../scheduling/schedule.js';
import type { ShardRecord } from '../probe/shards/join.js';
import type { Reportable } from '../probe/stages.js';
import type { CarriedTrials, Receipt, TrialRecord } from './types.js';

/** What the measurements do not say about a run: time, machine, engine and settings. */
export interface RunFacts {
  createdAt: string;
  path: string;
  versions: Record<string, string>;
  engine: Receipt['engine'];
  machine: Receipt['machine'];
  settings: Record<string, unknown>;
  /** The command line that started the run, as in the receipt. */
  command?: string[];
  seed: number;
  /** The machines that trained in parallel, when there were several. */
  shards?: ShardRecord[];
}

/** How the measurements came about: what it takes to repeat the run, and the effort that each strategy got. */
export function receiptOf(state: Reportable, facts: RunFacts): Receipt {
  const trials = state.outcomes.map((end): TrialRecord => ({
    strategy: end.spec.strategy,
    variant: end.spec.variant,
    trainExamples: end.spec.trainExamples,
    seed: end.spec.seed,
    epochs: end.spec.epochs,
    rates: end.spec.rates,
    rate: 'result' in end ? end.result.rate : null,
    flip: end.spec.flip,
    ...(end.spec.threads === undefined ? {} : { threads: end.spec.threads }),
    ...(end.spec.halfSchedule === undefined ? {} : { halfSchedule: end.spec.halfSchedule }),
    ...('result' in end && end.result.held !== null ? { held: end.result.held } : {}),
    seconds: end.seconds,
    ...('error' in end ? { status: 'failed', error: end.error } : { status: 'done' }),
    ...(end.carriedFrom === undefined ? {} : { carriedFrom: end.carriedFrom }),
  }));
  return {
    versions: facts.versions,
    engine: facts.engine,
    backbone: backboneFacts(state),
    seeds: [facts.seed],
    settings: facts.settings,
    ...(facts.command === undefined ? {} : { command: facts.command }),
    machine: facts.machine,
    trials,
    ...(facts.shards === undefined ? {} : { shards: facts.shards }),
    ...(state.reused === null ? {} : { carried: carriedTrials(state.reused) }),
    ...(state.incidents.length === 0 ? {} : { incidents: state.incidents }),
    seconds: state.seconds,
    effort: effortOf(state.outcomes),
  };
}

function backboneFacts({ backbone, backboneFrom, ranking }: Reportable): Receipt['backbone'] {
  const { name, sha256, data, licence } = backbone;
  return {
    ...{ name, sha256, data, ...(licence === null ? {} : { licence }) },
    ...(backboneFrom === null ? {} : { origin: backboneFrom.origin, pinned: backboneFrom.pinned }),
    ...(ranking === null ? {} : { ranking }),
  };
}

function carriedTrials({ outcomes, runs, changedShare, testLeftOut }: ReusedTrials): CarriedTrials {
  const since = runs.map(({ run }) => run.at).sort()[0];
  return { trials: outcomes.length, since, changedShare, testLeftOut };
}

/** The effort that each strategy got, so that readers can check that it was equal. */
function effortOf(outcomes: readonly TrialOutcome[]): Receipt['effort'] {
  const effort: Receipt['effort'] = {};
  const settings = new Map<string, number>();
  for (const { spec, result } of chosenTrials(outcomes)) {
    const tried = result.measurement.settingsTried ?? 1;
    settings.set(armOf(spec), Math.max(settings.get(armOf(spec)) ?? 0, tried));
  }
  for (const end of outcomes) {
    if (!('result' in end)) continue;
    const arm = armOf(end.spec);
    const entry = (effort[arm] ??= {
      settingsTried: settings.get(arm) ?? 1,
      trials: 0,
      imagePasses: 0,
      seconds: 0,
    });
    entry.trials++;
    entry.imagePasses += end.result.imagePasses;
    entry.seconds += end.result.measurement.trainSeconds ?? 0;
  }
  return effort;
}
