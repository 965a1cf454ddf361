import { ratios, spread, table } from './numbers.mjs';
import { GFLOP } from './reference-net.mjs';
import { inRounds, openTeams } from './team.mjs';
import { AS_PEOPLE_RUN_IT, AT_BEST, CORES, ENGINES, ONNX, peers } from './ways.mjs';

const TASKS = { embed: 'Embedding', train: 'Training, all layers, SGD' };
const AGAINST = {
  'To PyTorch as people run it': AS_PEOPLE_RUN_IT,
  'To PyTorch at its best': AT_BEST,
  'To ONNX Runtime': ONNX,
};

/** Images a second of both engines beside PyTorch and ONNX Runtime on the reference net, all cores busy. */
export async function engines({ python, rounds, seconds }) {
  const { teams, absent } = await openTeams([...ENGINES, ...peers(python)]);
  const parts = [...absent];
  for (const [task, title] of Object.entries(TASKS)) {
    const asks = teams
      .filter((team) => team.tasks.includes(task))
      .map((team) => ({ label: team.name, team, task }));
    parts.push(`### ${title}`, tableOf(await inRounds(asks, { rounds, seconds }), GFLOP[task]));
  }
  teams.forEach((team) => team.end());
  const versions = teams.map(({ name, version }) => `${name}: ${version}`).join('; ');
  return [
    '## Engines',
    `The reference net (nine 3 × 3 convolutions, 36.9 million multiply-accumulates an image), batch 32, 64 pixels, float32, ${CORES} cores. ${versions}.`,
    `Effective GFLOP/s count two operations for each multiply-accumulate of the direct method, ${(1000 * GFLOP.embed).toFixed(0)} million an image for embedding and ${(1000 * GFLOP.train).toFixed(0)} for training, whatever method computes them.`,
    ...parts,
  ].join('\n\n');
}

function tableOf(figures, gflop) {
  const of = (name, key) => figures.get(name).map((figure) => figure[key]);
  const columns = Object.entries(AGAINST).filter(([, peer]) => figures.has(peer));
  const isOurs = (name) => ENGINES.some((engine) => engine.name === name);
  return table(
    [
      '',
      'Images/s, all cores',
      'Images per CPU-second',
      'Effective GFLOP/s, all cores',
      ...columns.map(([title]) => title),
    ],
    [...figures.keys()].map((name) => {
      const perSecond = of(name, 'perSecond');
      return [
        name,
        spread(perSecond, 0),
        spread(of(name, 'perCpuSecond'), 0),
        spread(
          perSecond.map((images) => images * gflop),
          1,
        ),
        ...columns.map(([, peer]) =>
          isOurs(name) ? spread(ratios(perSecond, of(peer, 'perSecond')), 2) : '–',
        ),
      ];
    }),
  );
}
