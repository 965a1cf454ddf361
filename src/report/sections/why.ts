import type { Scorecard, ScorecardEntry } from '../../verdict/model.js';
import { prose } from '../escape.js';
import type { Report } from '../model.js';
import { duration, sure, usd } from '../words.js';
import { type Depth, table } from './layout.js';

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
      ['Dimension', 'left'],
      ['Measured', 'left'],
      ['Pushes towards', 'left'],
    ],
    dimensions.map(([key, title]) => [`**${title}**`, prose(scorecard[key].measured), push(scorecard[key])]),
  );
}

function push({ pushes, strength }: ScorecardEntry): string {
  if (pushes === 'neither' || strength === 'none') return 'neither';
  return strength === 'moderate' ? pushes : `${pushes}, ${strength === 'strong' ? 'strongly' : 'weakly'}`;
}

export function reasons({ verdict }: Report, depth: Depth): string | null {
  if (verdict === null || verdict.reasons.length === 0) return null;
  return verdict.reasons
    .slice(0, depth.reasons)
    .map((reason) => `- ${prose(reason)}`)
    .join('\n');
}

export function nextExperiment({ verdict }: Report): string | null {
  const next = verdict?.nextExperiment ?? null;
  if (next === null) return null;
  const facts = [
    next.seconds === null ? null : duration(next.seconds),
    next.costUsd === null ? null : usd(next.costUsd),
    next.changeProbability === null ? null : `${sure(next.changeProbability)} chance to change the pick`,
  ].filter((fact) => fact !== null);
  const description = prose(next.description.replace(/[.\s]+$/u, ''));
  return facts.length === 0 ? `${description}.` : `${description}: ${facts.join(', ')}.`;
}
