import { table } from '../numbers.mjs';
import { caseBars, caseTables, judgeCases } from './cases.mjs';
import { recordedBars, recordedTable, recordedVerdicts } from './recorded.mjs';
import { referenceTable, referenceVerdicts } from './reference-runs.mjs';
import { simulatedBars } from './simulated-bars.mjs';
import { simulatedTables } from './simulated-tables.mjs';
import { simulateAll } from './simulate-all.mjs';
import { judgeVtab, vtabBars, vtabTable } from './vtab.mjs';

/** Everything that is known of the decision, as markdown, and how many bars it misses. */
export async function decisionPage({ worlds, budgets, simulation, evidence }) {
  const cells = await simulateAll(worlds, budgets, simulation);
  const recorded = recordedVerdicts();
  const cases = judgeCases();
  const vtab = judgeVtab(evidence);
  const bars = [...simulatedBars(cells), ...recordedBars(recorded), ...caseBars(cases), ...vtabBars(vtab)];
  const missed = bars.filter(({ isMet }) => !isMet).length;
  const sections = [
    ...simulatedTables(cells),
    ['Probes of 60 seconds recorded at e7cea10, beside full trainings (per cent)', recordedTable(recorded)],
    [
      'Trainings in PyTorch of an eighth of the images, beside trainings of all (per cent)',
      referenceTable(referenceVerdicts()),
    ],
    ...caseTables(cases),
    ['Published pairs', vtabTable(vtab)],
  ];
  const page = [
    '## Figures and bars',
    `${simulation.runs} runs of each world and budget, seed ${simulation.seed}. ${bars.length - missed} of ${bars.length} bars are met.`,
    barTable(bars),
    ...sections.map(([title, content]) => `## ${title}\n\n${content}`),
  ].join('\n\n');
  return { page: `${page}\n`, missed };
}

function barTable(bars) {
  return table(
    ['Figure', 'Value', 'Bar', ''],
    bars.map(({ name, value, bar, isMet }) => [name, value, bar, isMet ? 'met' : 'missed']),
  );
}
