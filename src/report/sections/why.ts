import type { Scorecard, ScorecardEntry } from '../../verdict/types.js';
import { prose } from '../escape.js';
import type { Report } from '../types.js';
import { furtherReasons } from './headline.js';
import { type Depth, stacked, table } from '../layout.js';

const dimensions: [keyof Scorecard, string][] = [
  ['data', 'Data'],
  ['computeAndTime', 'Computation and time'],
  ['flexibility', 'Flexibility and control'],
  ['performance', 'Performance'],
  ['overfitting', 'Overfitting'],
];

/** The five dimensions, each with what was measured and which way it pushes. */
export function scorecard({ scorecard }: Report): string | null {
  if (scorecard === null) return null;
  return table(
    [
      [stacked('Dimension', 'pushes toward'), 'left'],
      ['Measured', 'left'],
    ],
    dimensions.map(([key, title]) => [
      stacked(`**${title}**`, push(scorecard[key])),
      prose(scorecard[key].measured),
    ]),
  );
}

/** For the title above the scorecard: `: 3 of 5 dimensions push toward transfer, 1 toward scratch`. */
export function pushes({ scorecard }: Report): string {
  if (scorecard === null) return '';
  const countToward = (side: ScorecardEntry['pushes']) =>
    dimensions.filter(([key]) => scorecard[key].pushes === side && scorecard[key].strength !== 'none').length;
  const sides = (['transfer', 'scratch'] as const)
    .map((side) => ({ side, number: countToward(side) }))
    .filter(({ number }) => number > 0)
    .sort((a, b) => b.number - a.number);
  if (sides.length === 0) return ': no dimension pushes to either side';
  const [most, ...rest] = sides;
  const push = most.number === 1 ? 'pushes' : 'push';
  const others = rest.map(({ side, number }) => `, ${number} toward ${side}`).join('');
  return `: ${most.number} of ${dimensions.length} dimensions ${push} toward ${most.side}${others}`;
}

function push({ pushes, strength }: ScorecardEntry): string {
  if (pushes === 'neither' || strength === 'none') return 'neither';
  return strength === 'moderate' ? pushes : `${pushes}, ${strength === 'strong' ? 'strongly' : 'weakly'}`;
}

/** @param lines the headline, whose sentences are not repeated. */
export function reasons(report: Report, depth: Depth, lines: readonly string[]): string | null {
  const further = furtherReasons(report, lines);
  if (further.length === 0) return null;
  return further
    .slice(0, depth.reasons)
    .map((reason) => `- ${prose(reason)}`)
    .join('\n');
}
