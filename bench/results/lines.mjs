/** The file of finished probes: one JSON object a line, the latest of each probe. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isSameProbe } from './plan.mjs';

export function readLines(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text));
}

/** Reads the file again first, because another session may have added to it. */
export function keepLine(file, line) {
  const lines = withLine(readLines(file), line);
  writeFileSync(`${file}.new`, lines.map((one) => `${JSON.stringify(one, rounded)}\n`).join(''));
  renameSync(`${file}.new`, file);
  return lines;
}

/** In the place of an earlier line of the same probe, in an order that does not depend on when each was run. */
export function withLine(lines, line) {
  return [...lines.filter((one) => !isSameProbe(one, line)), line].sort(
    (one, other) =>
      one.engine.localeCompare(other.engine) ||
      one.budget - other.budget ||
      one.set.localeCompare(other.set) ||
      one.seed - other.seed,
  );
}

/** What a report says of a finished probe, as far as the page needs it. */
export function lineOf(probe, { program, seconds, report }) {
  const { verdict, receipt } = report;
  const told = ({ trainExamples, learning, accuracy, predicted }) => ({
    trainExamples,
    learning,
    accuracy,
    predicted,
  });
  return {
    ...probe,
    program,
    date: report.createdAt,
    seconds,
    status: report.status,
    statusReason: report.statusReason,
    metric: report.dataset?.metric ?? null,
    horizon: verdict?.horizon ?? null,
    verdict: verdict === null ? null : verdictOf(verdict),
    strategies: Object.fromEntries(report.strategies.map((strategy) => [strategy.name, told(strategy)])),
    trials: receipt?.trials.length ?? 0,
    engineVersion: receipt?.engine.version ?? null,
    machine: receipt === null ? null : machineOf(receipt.machine),
  };
}

function verdictOf({ family, choice, leaning, confidence, pTransfer, expectedRegret, gap, extrapolation }) {
  return { family, choice, leaning, confidence, pTransfer, expectedRegret, gap, extrapolation };
}

function machineOf({ cpu, cores, node }) {
  return `${cpu}, ${cores} cores, Node ${node}`;
}

function rounded(_, value) {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}
