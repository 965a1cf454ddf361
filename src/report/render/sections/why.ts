import type { Scorecard, ScorecardEntry } from '../../../verdict/model.js';
import { prose } from '../escape.js';
import type { Report } from '../../model.js';
import { furtherReasons } from '../../sentences.js';
import { type Depth, stacked, table } from './layout.js';

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
      [stacked('Dimension', 'pushes towards'), 'left'],
      ['Measured', 'left'],
    ],
    dimensions.map(([key, title]) => [
      stacked(`**${title}**`, push(scorecard[key])),
      prose(scorecard[key].measured),
    ]),
  );
}

/** For the line over the scorecard: `: 3 of 5 push towards transfer, 1 towards scratch`. */
export function pushes({ scorecard }: Report): string {
  if (scorecard === null) return '';
  const towards = (side: ScorecardEntry['pushes']) =>
    dimensions.filter(([key]) => scorecard[key].pushes === side && scorecard[key].strength !== 'none').length;
  const sides = (['transfer', 'scratch'] as const)
    .map((side) => ({ side, number: towards(side) }))
    .filter(({ number }) => number > 0)
    .sort((a, b) => b.number - a.number);
  if (sides.length === 0) return ': nothing pushes to either side';
  const [most, ...rest] = sides;
  const push = most.number === 1 ? 'pushes' : 'push';
  const others = rest.map(({ side, number }) => `, ${number} towards ${side}`).join('');
  return `: ${most.number} of ${dimensions.length} dimensions ${push} towards ${most.side}${others}`;
}

function push({ pushes, strength }: ScorecardEntry): string {
  if (pushes === 'neither' || strength === 'none') return 'neither';
  return strength === 'moderate' ? pushes : `${pushes}, ${strength === 'strong' ? 'strongly' : 'weakly'}`;
}

/** @param lines what stands above. */
export function reasons(report: Report, depth: Depth, lines: readonly string[]): string | null {
  const further = furtherReasons(report, lines);
  if (further.length === 0) return null;
  return further
    .slice(0, depth.reasons)
    .map((reason) => `- ${prose(reason)}`)
    .join('\n');
}
