import { code, prose } from '../escape.js';
import type { Report } from '../../model.js';
import { budgetOf, nextBudget, nextCommand, nextExperiment, written } from '../../next.js';
import { duration } from '../words.js';

/** What would tell most, and the command for it where the run was started by one. */
export function nextInWords(report: Report): string | null {
  const command = nextCommand(report);
  return command === null
    ? withBudget(report)
    : `${nextExperiment(report, prose)!} To do that:\n\n\`\`\`sh\n${command}\n\`\`\``;
}

function withBudget(report: Report): string | null {
  const words = nextExperiment(report, prose);
  const seconds = nextBudget(report);
  return words === null || seconds === null
    ? words
    : `${words} A run with a budget of ${code(written(seconds))} has time for it.`;
}

/**
 * What measuring again would take, as boxes that start it; without a bot that listens, as words. `backbone` is the one
 * that a box has to ask for; null: the default.
 */
export function nextSteps(report: Report, listens: boolean, backbone: string | null): string | null {
  if (!listens) return withBudget(report);
  const words = nextExperiment(report, prose);
  const same = backbone === null ? '' : ` backbone=${backbone}`;
  const [seconds, budget] = [nextBudget(report), budgetOf(report)];
  const boxes = [
    ...(words === null || seconds === null
      ? []
      : [{ command: `probe budget=${written(seconds)}${same}`, words }]),
    ...(budget === null || report.status === 'unchanged'
      ? []
      : [
          {
            command: `probe budget=${written(3 * budget)}${same}`,
            words: `Measure again with ${duration(3 * budget)} instead of ${duration(budget)}.`,
          },
        ]),
  ];
  if (boxes.length === 0) return words;
  const lines = boxes.map((box) => `- [ ] ${box.words} <!-- headstart:do ${box.command} -->`);
  const rest = words !== null && seconds === null ? [words, ''] : [];
  return [
    ...rest,
    ...lines,
    '',
    `<sub>Tick a box to start it, or comment ${code('/headstart help')}.</sub>`,
  ].join('\n');
}
