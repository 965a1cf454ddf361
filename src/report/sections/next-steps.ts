import { code } from '../escape.js';
import type { Report } from '../model.js';
import { duration } from '../words.js';
import { nextExperiment } from './why.js';

/** How much longer than planned a next run may take: the plan is a guess. */
const ROOM = 1.2;

/** What measuring again would take, as boxes that start it; without a bot that listens, as words. */
export function nextSteps(report: Report, listens: boolean): string | null {
  const words = nextExperiment(report);
  if (!listens) return words;
  const budget = budgetOf(report);
  const steps = report.verdict?.nextExperiment ?? null;
  const boxes = [
    ...(words === null || steps?.strategy == null || budget === null
      ? []
      : [{ command: `probe budget=${written(ROOM * (budget + (steps.seconds ?? budget)))}`, words }]),
    ...(budget === null || report.status === 'unchanged'
      ? []
      : [
          {
            command: `probe budget=${written(3 * budget)}`,
            words: `Measure again with ${duration(3 * budget)} instead of ${duration(budget)}.`,
          },
        ]),
  ];
  if (boxes.length === 0) return words;
  const lines = boxes.map((box) => `- [ ] ${box.words} <!-- headstart:do ${box.command} -->`);
  const rest = words !== null && steps?.strategy == null ? [words, ''] : [];
  return [
    ...rest,
    ...lines,
    '',
    `<sub>Tick a box to start it, or comment ${code('/headstart help')}.</sub>`,
  ].join('\n');
}

function budgetOf({ receipt }: Report): number | null {
  const budget = receipt?.settings['budgetSeconds'];
  return typeof budget === 'number' && budget > 0 ? budget : null;
}

/** A budget as commands have it: `90s`, `15m`. */
function written(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)}s` : `${Math.ceil(seconds / 60)}m`;
}
