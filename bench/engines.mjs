import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ratios, spread, table } from './numbers.mjs';
import { inRounds, openTeam } from './team.mjs';

const TASKS = { embed: 'Embedding', train: 'Training, all layers, SGD' };
const AS_PEOPLE_RUN_IT = 'PyTorch, one process, all threads, NCHW';
const AT_BEST = 'PyTorch, one process a core, channels_last';

/** Images a second of both engines beside PyTorch on the reference net, all cores busy. */
export async function engines({ python, rounds, seconds }) {
  const here = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
  const cores = availableParallelism();
  const node = (engine, name) => ({
    name,
    command: process.execPath,
    // As the workers run: without the baseline compiler, whose code is slow.
    args: ['--no-liftoff', here('engine.mjs'), engine],
    size: cores,
  });
  const pytorch = (name, size, threads, layout) => ({
    name,
    command: python,
    args: [here('pytorch.py'), String(threads), layout],
    size,
    threads,
  });
  const wanted = [
    node('wasm', 'wasm'),
    node('tensorflow', 'tensorflow'),
    ...(python === undefined
      ? []
      : [
          pytorch(AS_PEOPLE_RUN_IT, 1, cores, 'nchw'),
          pytorch('PyTorch, one process, all threads, channels_last', 1, cores, 'channels_last'),
          pytorch(AT_BEST, cores, 1, 'channels_last'),
        ]),
  ];
  const opened = [];
  for (const each of wanted) opened.push(await openTeam(each));
  const teams = opened.filter((team) => !('error' in team));
  const parts = opened.flatMap(({ name, error }) => (error ? [`${name} is left out: ${error}`] : []));
  for (const [task, title] of Object.entries(TASKS)) {
    const asks = teams.map((team) => ({ label: team.name, team, task }));
    const figures = await inRounds(asks, { rounds, seconds });
    parts.push(`### ${title}`, tableOf(teams, figures));
  }
  teams.forEach((team) => team.end());
  const versions = teams.map(({ name, version }) => `${name}: ${version}`).join('; ');
  return [
    '## Engines',
    `The reference net (nine 3 × 3 convolutions, 36.9 million multiply-accumulates an image), batch 32, 64 pixels, float32, ${cores} cores. ${versions}.`,
    ...parts,
  ].join('\n\n');
}

function tableOf(teams, figures) {
  const of = (name, key) => figures.get(name)?.map((figure) => figure[key]);
  const against = (name, peer) => {
    const other = of(peer, 'perSecond');
    return other === undefined || name.startsWith('PyTorch')
      ? '–'
      : spread(ratios(of(name, 'perSecond'), other), 2);
  };
  return table(
    [
      '',
      'Images/s, all cores',
      'Images per CPU-second',
      'To PyTorch as people run it',
      'To PyTorch at its best',
    ],
    teams.map(({ name }) => [
      name,
      spread(of(name, 'perSecond'), 0),
      spread(of(name, 'perCpuSecond'), 0),
      against(name, AS_PEOPLE_RUN_IT),
      against(name, AT_BEST),
    ]),
  );
}
