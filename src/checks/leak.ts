import type { Finding } from './finding.js';

/** When so much of the test set is known from training, no score means anything. */
const MOST_LEAKED = 0.5;

/** What a leak of so many test images does to the verdict. */
export function severityOfLeak(leaked: number, tested: number): Pick<Finding, 'severity' | 'effect'> {
  return leaked > tested * MOST_LEAKED
    ? { severity: 'error', effect: 'blocks' }
    : { severity: 'warning', effect: 'weakens' };
}
