import type { StrategyName, Verdict } from '../../verdict/types.js';
import { isUrl } from '../commit-links.js';
import { type CommentState, briefVerdict, certaintyOf } from '../comment-state.js';
import { code, prose } from '../escape.js';
import { MAX_COMMENT } from './comment.js';
import { capital } from '../../verdict/format.js';
import { fit } from '../layout.js';

/** A comment with a report, as far as it can be read back. */
export interface ReportComment {
  /** null: it has no verdict that can be read. */
  state: CommentState | null;
  /** URL of the comment. */
  url: string;
  /** Commands of its boxes, without `/headstart`. */
  next: readonly string[];
  /** URL of the run with the full report; null: not known. */
  runUrl: string | null;
}

const MAX_COMMENTS = 10;

const families: Record<Verdict['family'], string> = {
  transfer:
    'With the training images of the full run, starting from the pre-trained network is expected to do better than starting from random weights, or to be within one point of it.',
  scratch:
    'With the training images of the full run, starting from random weights is expected to do better than starting from this pre-trained network, or to be within one point of it. A stronger network may change that.',
  equivalent:
    'With the training images of the full run, both sides are expected to end within one point of each other, so the verdict is the cheaper one. A stronger pre-trained network may change that.',
  inconclusive:
    'The measurements within the budget do not show which side is better. The report says which strategy is safe today, and what would settle the question.',
};

const choices: Record<StrategyName, string> = {
  frozen: 'The pre-trained network stays as it is; only a classifier on its features is trained.',
  'fine-tune':
    'A classifier is trained on the features of the pre-trained network, and then all layers are trained together.',
  hybrid:
    'Part of the pre-trained network is kept or trained first; the rest is unfrozen block by block or starts from random weights.',
  scratch: 'All weights start at random and learn from these images alone.',
};

const NUMBERS = `**What the numbers mean.** “94 % sure” is the estimated probability that the strategy beats all of the other side (transfer or scratch), or is at most one point behind, with the training images of the full run. For a tie, it is the probability that the two sides end within one point of each other. An inconclusive verdict comes with the probability that transfer is better by any margin. More than 16 times beyond what was measured, there is only a direction and no number. The chance given with the next experiment is that of changing the pick.

**What they do not mean.** None of them is an accuracy, and none says how large the gap is; the interval next to the gap does. They hold for images like those of the test set, and for the pre-trained network and input size in the title of the report.`;

/** What the comments of a pull request say, in plain words. */
export function renderExplanation(comments: readonly ReportComment[]): string {
  const decided = comments.flatMap((comment) => {
    const last = comment.state?.verdicts.at(-1);
    return last === undefined ? [] : [{ ...comment, last }];
  });
  if (decided.length === 0) return nothing(comments);
  const shown = decided.slice(-MAX_COMMENTS);
  return fit(
    {
      head: `**Headstart** explains ${shown.length === 1 ? 'its verdict' : 'its latest verdicts'} on this pull request.`,
      sections: shown.map((one, index) => ({ name: `verdict ${index + 1}`, markdown: verdict(one) })),
      foot: NUMBERS,
    },
    MAX_COMMENT,
    shown.map((_, index) => `verdict ${index + 1}`),
  ).trimEnd();
}

function nothing(comments: readonly ReportComment[]): string {
  return comments.length === 0
    ? '**Headstart** has nothing to explain yet: this pull request has no report. Comment `/headstart probe` to get one, or `/headstart inspect` to only check the data.'
    : '**Headstart** has nothing to explain yet: its report on this pull request has no verdict. If no measurement is running, comment `/headstart probe` to get one.';
}

function verdict({
  state,
  last,
  url,
  next,
  runUrl,
}: ReportComment & { last: CommentState['verdicts'][number] }): string {
  const { head = null, reasons = [] } = state ?? {};
  const place = isUrl(url) ? `[The report](${url})` : 'The report';
  const commit = head === null ? '' : ` for ${code(head.slice(0, 7))}`;
  const meaning = [families[last.family], ...(last.choice === null ? [] : [choices[last.choice]])];
  return [
    `### ${capital(briefVerdict(last))}${certaintyOf(last)}`,
    `${place}${commit} says *${briefVerdict(last)}*. ${meaning.join(' ')}`,
    reasons.length === 0 ? '' : `**Why.**\n\n${reasons.map((reason) => `- ${prose(reason)}`).join('\n')}`,
    `**What could change it.** ${change(next)}`,
    runUrl !== null && isUrl(runUrl)
      ? `**The complete report** is in the summary and the files of [the run](${runUrl}).`
      : '**The complete report** is in the summary and the files of the run.',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function change(next: readonly string[]): string {
  const images =
    'Different images, another backbone or another plan for the full run can also lead to another verdict.';
  if (next.length === 0) return `More time, for example ${code('/headstart probe budget=15m')}. ${images}`;
  const commands = next.map((command) => code(`/headstart ${command}`)).join(' or ');
  return `More evidence: run the next experiment of the report with ${commands}, or check its box. ${images}`;
}
