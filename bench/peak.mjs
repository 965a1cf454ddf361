import { ratios, spread, table } from './numbers.mjs';
import { GFLOP } from './reference-net.mjs';
import { inRounds, openTeams } from './team.mjs';
import { CORES, ENGINES, NATIVE_PRODUCT, peers, products, WASM_PRODUCT } from './ways.mjs';

const TASKS = { embed: 'embedding', train: 'training' };

/**
 * How much of what a core can multiply the engines and peers turn into convolutions. One process a core for all, and all
 * cores busy, so that a figure means the same for each; CPU-seconds, so that neighbours disturb little.
 */
export async function peak({ python, rounds, seconds }) {
  const byCore = [...ENGINES, ...peers(python)].filter(({ threads }) => threads === 1);
  const { teams, absent } = await openTeams([...products(python), ...byCore]);
  const label = (name, task) => `${name}: ${task}`;
  const asks = teams.flatMap((team) =>
    team.tasks.map((task) => ({ label: label(team.name, task), team, task })),
  );
  const figures = await inRounds(asks, { rounds, seconds });
  teams.forEach((team) => team.end());
  /** GFLOP/s of a core in each round; undefined for what was not asked. */
  const rates = (name, task) =>
    figures
      .get(label(name, task))
      ?.map(({ perCpuSecond }) => (task === 'multiply' ? perCpuSecond / 1e9 : perCpuSecond * GFLOP[task]));
  const native = rates(NATIVE_PRODUCT, 'multiply');
  const wasm = rates(WASM_PRODUCT, 'multiply');
  const share = (values, of) => (values && of ? spread(ratios(values, of), 2) : '–');
  const rows = teams
    .filter(({ tasks }) => !tasks.includes('multiply'))
    .flatMap(({ name, tasks }) =>
      tasks.map((task) => {
        const values = rates(name, task);
        return [
          `${name}, ${TASKS[task]}`,
          spread(values, 1),
          share(values, native),
          share(values, name === 'wasm' ? wasm : undefined),
        ];
      }),
    );
  return [
    '## Share of the peak',
    `What one core does while all ${CORES} are busy, per CPU-second. The peak is a product of float32 matrices: of native code, which has wider registers and multiplies and adds at once, and of the kernels that the wasm engine is made of, which WebAssembly holds to 128 bits and to separate multiplications and additions.`,
    ...absent,
    table(
      ['Product of matrices', 'GFLOP/s of a core'],
      [
        [NATIVE_PRODUCT, native],
        [WASM_PRODUCT, wasm],
      ].flatMap(([name, values]) => (values ? [[name, spread(values, 1)]] : [])),
    ),
    'GFLOP/s on the reference net are effective: two operations for each multiply-accumulate of the direct method. Where Winograd’s method computes a layer, it does fewer, so a share can be more than its code really uses of the core, and above 1.',
    table(['', 'Effective GFLOP/s of a core', 'Share of the native peak', 'Share of the wasm peak'], rows),
  ].join('\n\n');
}
