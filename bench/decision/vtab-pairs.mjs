import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { logit } from '../../build/verdict/statistics.js';

/** Pairs of an encoder and scratch on one dataset: accuracies at 1,000 examples and at full size, as fractions. */
export function vtabPairs(folder) {
  const table = (name) => parse(readFileSync(join(folder, name)), { columns: true });
  const sizes = new Map(table('vtab-datasets.csv').map((row) => [row.dataset, Number(row.train_size_full)]));
  const classes = new Map(table('vtab-datasets.csv').map((row) => [row.dataset, Number(row.classes)]));
  const family = new Map(table('vtab-methods.csv').map((row) => [row.method, row.family]));
  const cells = new Map(
    table('vtab-results.csv').map((row) => [
      `${row.dataset}/${row.method}/${row.setting}`,
      row.accuracy / 100,
    ]),
  );
  const pairs = [...sizes].flatMap(([dataset, horizon]) =>
    [...family.keys()]
      .filter((method) => method !== 'From-Scratch')
      .map((method) => {
        const at = (name, setting) => cells.get(`${dataset}/${name}/${setting}`);
        return {
          dataset,
          classes: classes.get(dataset),
          method,
          small: 1000,
          horizon,
          measured: { 'fine-tune': at(method, '1k'), scratch: at('From-Scratch', '1k') },
          truth: { 'fine-tune': at(method, 'full'), scratch: at('From-Scratch', 'full') },
        };
      }),
  );
  // A full-size run more than ten points below the small one has diverged.
  return pairs.filter(({ measured, truth }) => truth['fine-tune'] >= measured['fine-tune'] - 0.1);
}

/** The mean gap of the same encoder on the other datasets, as a backbone's record would hold it. */
export function withRecords(pairs) {
  const kept = (accuracy) => logit(Math.min(0.998, Math.max(0.002, accuracy)));
  return pairs.map((pair) => ({
    ...pair,
    record: {
      sets: pairs
        .filter(({ method, dataset }) => method === pair.method && dataset !== pair.dataset)
        .map(({ dataset, small, measured }) => ({
          name: dataset,
          trainExamples: small,
          logitGap: kept(measured['fine-tune']) - kept(measured.scratch),
        })),
    },
  }));
}
