import { STRATEGIES } from './arm.js';
import type { CostTable, FullRunCost, MeasurementsHeader, StrategyCost, StrategyName } from './types.js';

/** Bounds of a modeled time on the machine that measured, as shares of it. */
const RANGE = { low: 0.7, high: 1.5 };

/** Without measured costs: training fewer layers is cheaper, and scratch takes the most epochs. */
const USUAL_ORDER: readonly StrategyName[] = ['frozen', 'hybrid', 'fine-tune', 'scratch'];

/** Full training runs of all strategies with known costs; empty when the file has no costs. */
export function costTable(header: MeasurementsHeader, horizon: number): CostTable {
  const { plan, costs } = header;
  const named = plan?.hardware;
  const known = named === undefined ? RUNNER : (HARDWARE.get(named.toLowerCase()) ?? null);
  const hardware = known ?? { ...RUNNER, kilowatt: null };
  const price = plan?.hourlyCost ?? hardware.usdPerHour;
  const strategies =
    costs === undefined ? [] : STRATEGIES.filter((name) => costs.strategies[name] !== undefined);
  return {
    horizon,
    hardware: known === null ? `this runner (no figures for ${printable(named!)})` : hardware.title,
    hourlyCostUsd: price,
    source: sourceOf(plan?.hourlyCost, hardware),
    fullRun: strategies.map((strategy) =>
      fullRun(strategy, secondsOf(costs!.strategies[strategy]!, costs!.secondsPerGmac, horizon, hardware), {
        price,
        kilowatt: plan?.carbonIntensity === undefined && named === undefined ? null : hardware.kilowatt,
        carbonIntensity: plan?.carbonIntensity ?? null,
      }),
    ),
    probe: null,
  };
}

/** Strategies from the cheapest full run to the most expensive. */
export function byPrice({ fullRun: runs }: CostTable): StrategyName[] {
  const seconds = (name: StrategyName) => runs.find(({ strategy }) => strategy === name)?.seconds.mean;
  if (runs.length < USUAL_ORDER.length) return [...USUAL_ORDER];
  return [...USUAL_ORDER].sort((a, b) => seconds(a)! - seconds(b)!);
}

/** Giga-multiply-accumulates of a training run. */
export function workOf({ trainMacs, onceMacs, epochs }: StrategyCost, examples: number): number {
  return ((trainMacs * epochs + onceMacs) * examples) / 1e9;
}

interface Spread {
  mean: number;
  low: number;
  high: number;
}

function secondsOf(cost: StrategyCost, secondsPerGmac: number, horizon: number, hardware: Hardware): Spread {
  const work = workOf(cost, horizon);
  if (hardware.peakGmacs === null) {
    const mean = work * secondsPerGmac;
    return { mean, low: RANGE.low * mean, high: RANGE.high * mean };
  }
  const at = (utilization: number) => work / (hardware.peakGmacs! * utilization);
  return { mean: at(GPU_UTILIZATION.mean), low: at(GPU_UTILIZATION.low), high: at(GPU_UTILIZATION.high) };
}

function fullRun(
  strategy: StrategyName,
  seconds: Spread,
  rates: { price: number; kilowatt: number | null; carbonIntensity: number | null },
): FullRunCost {
  const hours = seconds.mean / 3600;
  const usd = (value: number) => (value / 3600) * rates.price;
  const kwh = rates.kilowatt === null ? null : hours * rates.kilowatt;
  return {
    strategy,
    seconds,
    usd: { mean: usd(seconds.mean), low: usd(seconds.low), high: usd(seconds.high) },
    kwh,
    kgCo2: kwh === null || rates.carbonIntensity === null ? null : (kwh * rates.carbonIntensity) / 1000,
  };
}

function sourceOf(hourlyCost: number | undefined, hardware: Hardware): string {
  const price =
    hourlyCost !== undefined
      ? 'price from the plan'
      : hardware.peakGmacs === null
        ? RUNNER_SOURCE
        : HARDWARE_SOURCE;
  const speed =
    hardware.peakGmacs === null
      ? 'speed measured on this runner'
      : `speed: ${100 * GPU_UTILIZATION.high} to ${100 * GPU_UTILIZATION.low} % of the manufacturer's 32-bit peak`;
  return `${price}; ${speed}; the cost of pre-training is not counted`;
}

/** The plan's word for its hardware, short and without special characters. */
function printable(text: string): string {
  return text.replace(/[^\p{L}\p{N} ._-]/gu, '').slice(0, 40);
}

/** What an hour on some hardware costs and draws. Every figure is a list price or a data-sheet value with its source. */
interface Hardware {
  /** Its name in reports. */
  title: string;
  usdPerHour: number;
  /** Power in kilowatts while training; null: not known. */
  kilowatt: number | null;
  /** Peak of 32-bit arithmetic, in giga-multiply-accumulates per second; null: as fast as the runner that measured. */
  peakGmacs: number | null;
}

/** As of the prices below. */
const PRICE_DATE = 'January 2026';

/** Power: two virtual cores at Azure's 3.76 W each, times its power usage effectiveness of 1.185 (Cloud Carbon Footprint). */
export const RUNNER: Hardware = {
  title: 'this runner',
  usdPerHour: 0.36,
  kilowatt: 0.009,
  peakGmacs: null,
};

const RUNNER_SOURCE = `GitHub's price for a two-core Linux runner in a private repository, 0.006 USD per minute, ${PRICE_DATE} (github/docs)`;

/** Peaks and power from the manufacturers' data sheets; on-demand prices of the smallest machine with one. */
const HARDWARE: ReadonlyMap<string, Hardware> = new Map(
  Object.entries({
    'github-2core': { ...RUNNER, title: 'a two-core GitHub runner' },
    t4: { title: 'an NVIDIA T4', usdPerHour: 0.526, kilowatt: 0.07, peakGmacs: 4050 },
    l4: { title: 'an NVIDIA L4', usdPerHour: 0.805, kilowatt: 0.072, peakGmacs: 15150 },
    a10g: { title: 'an NVIDIA A10G', usdPerHour: 1.006, kilowatt: 0.15, peakGmacs: 15600 },
    v100: { title: 'an NVIDIA V100', usdPerHour: 3.06, kilowatt: 0.3, peakGmacs: 7850 },
    a100: { title: 'an NVIDIA A100', usdPerHour: 4.1, kilowatt: 0.4, peakGmacs: 9750 },
  }),
);

const HARDWARE_SOURCE =
  "Amazon's on-demand list prices, us-east-1, 2026 (g4dn.xlarge, g6.xlarge, g5.xlarge, p3.2xlarge, an eighth of p4d.24xlarge)";

/** Share of its peak that a GPU reaches when training on small images. `low` and `high` bound the time, so they descend. */
const GPU_UTILIZATION = { mean: 0.25, low: 0.45, high: 0.1 };
