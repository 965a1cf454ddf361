import { STRATEGIES } from './arm.js';
import type { CostTable, FullRunCost, MeasurementsHeader, StrategyCost, StrategyName } from './model.js';
import {
  GPU_UTILISATION,
  HARDWARE,
  HARDWARE_SOURCE,
  type Hardware,
  RUNNER,
  RUNNER_SOURCE,
} from './prices.js';

/** A modelled time on the machine that measured lies between these shares of it. */
const RANGE = { low: 0.7, high: 1.5 };

/** Without measured costs: what trains fewer layers is cheaper, and scratch takes the most passes. */
const USUAL_ORDER: readonly StrategyName[] = ['frozen', 'hybrid', 'fine-tune', 'scratch'];

/** Full training runs of every strategy with a known cost; empty when the file says nothing about costs. */
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
    hardware: known === null ? `this runner (nothing is known about ${printable(named!)})` : hardware.title,
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

/** Strategies from the cheapest full run to the dearest. */
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
  const at = (utilisation: number) => work / (hardware.peakGmacs! * utilisation);
  return { mean: at(GPU_UTILISATION.mean), low: at(GPU_UTILISATION.low), high: at(GPU_UTILISATION.high) };
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
      ? 'price of the plan'
      : hardware.peakGmacs === null
        ? RUNNER_SOURCE
        : HARDWARE_SOURCE;
  const speed =
    hardware.peakGmacs === null
      ? 'speed measured on this runner'
      : `speed: ${100 * GPU_UTILISATION.high} to ${100 * GPU_UTILISATION.low} % of the maker's 32-bit peak`;
  return `${price}; ${speed}; pre-training is counted as spent`;
}

/** The plan's own word, short and without control characters. */
function printable(text: string): string {
  return text.replace(/[^\p{L}\p{N} ._-]/gu, '').slice(0, 40);
}
