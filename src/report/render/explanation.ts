import type { StrategyName, Verdict } from '../../verdict/model.js';
import { isUrl } from './address.js';
import { type CommentState, saidBriefly, saidSurely } from '../comment-state.js';
import { code, prose } from './escape.js';
import { fit } from './fit.js';

/** A comment with a report, as far as it can be read back. */
export interface Remembered {
  /** null: it holds no verdict, or none that can be read. */
  state: CommentState | null;
  /** Page of the comment. */
  url: string;
  /** Commands of its boxes, without `/headstart`. */
  next: readonly string[];
  /** Page of the run with the complete report; null: not known. */
  runUrl: string | null;
}

const LONGEST = 60_000;
const MOST_COMMENTS = 10;

const families: Record<Verdict['family'], string> = {
  transfer:
    'At the number of training images of the full run, starting from a pre-trained network is expected to do better than starting from random weights, or to stay within a point of it.',
  scratch:
    'At the number of training images of the full run, starting from random weights is expected to do better than starting from this pre-trained network, or to stay within a point of it. A stronger one may turn that.',
  equivalent:
    'At the number of training images of the full run, both ways are expected to end within a point of each other, so the cheaper one is taken. A stronger pre-trained network may turn that.',
  inconclusive:
    'What was measured within the budget does not tell the two ways apart. The comment says which strategy is safe today, and what would settle it.',
};

const choices: Record<StrategyName, string> = {
  frozen: 'The pre-trained network stays as it is, and only a classifier on its features is trained.',
  'fine-tune': 'A classifier is trained on the pre-trained network, and then all layers together.',
  hybrid:
    'A part of the pre-trained network is kept or trained first, and the rest follows block by block or starts anew.',
  scratch: 'All weights start from random numbers and learn from these images alone.',
};

const NUMBERS = `**What the numbers say.** The percentage behind *sure* is the estimated probability that the strategy beats all of the other side, transfer or scratch, or is at most one point behind, at the number of training images of the full run; where the two tie, that they end within a point of each other. With a verdict that is inconclusive, the comment gives the probability that transfer is the better one, by however little. More than 16 times beyond what was measured there is no number, only a direction. The chance beside a next experiment is that of another pick.

**What they do not say.** None of them is an accuracy. None says how large the gap is, which is what the interval beside it is for. They hold for images like those of the test set, and for the pre-trained network and the input size that the report names first.`;

/** What the comments of a pull request say, in plain words. */
export function renderExplanation(comments: readonly Remembered[]): string {
  const told = comments.flatMap((comment) => {
    const last = comment.state?.verdicts.at(-1);
    return last === undefined ? [] : [{ ...comment, last }];
  });
  if (told.length === 0) return nothing(comments);
  const shown = told.slice(-MOST_COMMENTS);
  return fit(
    {
      head: `**Headstart** explains ${shown.length === 1 ? 'its verdict' : 'its latest verdicts'} on this pull request.`,
      sections: shown.map((one, index) => ({ name: `verdict ${index + 1}`, markdown: verdict(one) })),
      foot: NUMBERS,
    },
    LONGEST,
    shown.map((_, index) => `verdict ${index + 1}`),
  ).trimEnd();
}

function nothing(comments: readonly Remembered[]): string {
  return comments.length === 0
    ? '**Headstart** has nothing to explain yet: there is no report of it on this pull request. Comment `/headstart probe` to get one, or `/headstart inspect` for the checks of the data alone.'
    : '**Headstart** has nothing to explain yet: its report on this pull request holds no verdict. When nothing is being measured, comment `/headstart probe` to get one.';
}

function verdict({
  state,
  last,
  url,
  next,
  runUrl,
}: Remembered & { last: CommentState['verdicts'][number] }): string {
  const { head = null, reasons = [] } = state ?? {};
  const place = isUrl(url) ? `[The report](${url})` : 'The report';
  const commit = head === null ? '' : ` for ${code(head.slice(0, 7))}`;
  const meaning = [families[last.family], ...(last.choice === null ? [] : [choices[last.choice]])];
  return [
    `### ${capital(saidBriefly(last))}${saidSurely(last)}`,
    `${place}${commit} says *${saidBriefly(last)}*. ${meaning.join(' ')}`,
    reasons.length === 0 ? '' : `**Why.**\n\n${reasons.map((reason) => `- ${prose(reason)}`).join('\n')}`,
    `**What would change it.** ${change(next)}`,
    runUrl !== null && isUrl(runUrl)
      ? `**The complete report** is with [the run](${runUrl}): in its summary, and in its files.`
      : '**The complete report** is in the summary and the files of the run that measured.',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function change(next: readonly string[]): string {
  const images = 'Other images, another backbone or another plan for the full run make it another question.';
  if (next.length === 0) return `More time, as with ${code('/headstart probe budget=15m')}. ${images}`;
  const commands = next.map((command) => code(`/headstart ${command}`)).join(' or ');
  return `More evidence: the next experiment of the report is ${commands}, or its box. ${images}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
