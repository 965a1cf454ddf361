import type { Finding } from '../checks/finding.js';
import { runChecks } from '../checks/run-checks.js';
import { splitImages } from './split-images.js';
import type { ProbeState } from './state.js';

/** Deals the splits and runs the checks on what came of it. */
export function checkedSplit(state: ProbeState, budgetSeconds: number, seed: number): void {
  splitImages(state, budgetSeconds, seed);
  state.findings = runChecks(state);
}

/** The finding that there is nothing to measure before. */
export function blockingIn({ findings }: ProbeState): Finding | undefined {
  return findings.find(({ effect }) => effect === 'blocks');
}
