/** Reports from files: as the schema says, and for those of other people's runs, strictly so. */
import { Ajv, type ErrorObject } from 'ajv';
import { reportSchema } from '../generated/schemas.js';
import { InputError } from '../problem.js';
import { clean } from './escape.js';
import type { Report } from './types.js';

const validate = new Ajv({ allErrors: false, strict: false }).compile<Report>(reportSchema);

/**
 * A report that was read from a file.
 * @throws InputError naming the first place that does not match `schemas/report.schema.json`.
 */
export function readReport(value: unknown, file = 'report.json'): Report {
  if (validate(value)) return value;
  throw new InputError([
    {
      file,
      message: schemaProblem(validate.errors?.[0]),
      remedy: 'Give a report.json as Headstart wrote it.',
    },
  ]);
}

/* The limits below are far above what Headstart writes. */
const MAX_TEXT_LENGTH = 4000;
/** In characters; names of classes are keys. */
const MAX_KEY_LENGTH = 1000;
const MAX_NUMBER = 1e15;
const MAX_DEPTH = 16;
const MAX_VALUES = 500_000;
/** Items of a list and keys of a map, unless named below. */
const MAX_ITEMS = 1000;
const MAX_ITEMS_OF: Record<string, number> = {
  classes: 10_000,
  perClass: 10_000,
  trials: 20_000,
  strategies: 16,
  curves: 64,
  measured: 200,
  predicted: 200,
  evidence: 200,
  places: 200,
  relabelled: 10_000,
  fullRun: 16,
  layers: 500,
  blockScale: 200,
  definitions: 50,
};
/** Fractions and differences of fractions, with room for the ends of an interval. */
const FRACTIONS = ['Interval', 'CurvePoint', 'gapToChoice'];
const PROBABILITIES = ['pBest', 'changeProbability'];

type Schema = Record<string, unknown>;

let strictValidator: ((value: unknown) => unknown) | undefined;

/**
 * Accepts a report of somebody else's run, with known keys only and limits on every list, text and number.
 * @throws Error with one sentence naming the first place that is wrong.
 */
export function strictReport(value: unknown): Report {
  strictValidator ??= strictly(reportSchema);
  return withoutCommand(strictValidator(value) as Report);
}

/** Returns a function that accepts only what matches the schema to the last key, and throws one sentence otherwise. */
export function strictly(schema: object): (value: unknown) => unknown {
  const validate = new Ajv({ allErrors: false, strict: false }).compile(closed(schema, '') as Schema);
  return (value) => {
    refuseUnbounded(value);
    if (validate(value)) return value;
    throw new Error(schemaProblem(validate.errors?.[0]));
  };
}

/** Nobody should copy a command line out of a stranger's report. */
function withoutCommand(report: Report): Report {
  if (report.receipt === null) return report;
  const receipt = { ...report.receipt };
  delete receipt.command;
  return { ...report, receipt };
}

/** Limits that a schema cannot express: depth, number of values, size of numbers, and keys that reach prototypes. */
function refuseUnbounded(value: unknown): void {
  let values = 0;
  const visit = (inner: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) throw new Error(`It is nested deeper than ${MAX_DEPTH} levels.`);
    if (++values > MAX_VALUES) throw new Error(`It has more than ${MAX_VALUES} values.`);
    if (typeof inner === 'number' && !(Math.abs(inner) <= MAX_NUMBER)) {
      throw new Error('It has a number that is too large to mean anything.');
    }
    if (typeof inner === 'string' && inner.length > MAX_TEXT_LENGTH) {
      throw new Error(`It has a text of more than ${MAX_TEXT_LENGTH} characters.`);
    }
    if (typeof inner !== 'object' || inner === null) return;
    if (Array.isArray(inner)) {
      for (const item of inner as unknown[]) visit(item, depth + 1);
      return;
    }
    for (const [key, item] of Object.entries(inner)) {
      const reachesPrototype = key === 'constructor' || key === 'prototype';
      if (key === '__proto__' || (reachesPrototype && typeof item === 'object')) {
        throw new Error(`It has the key ${key}, which could change the program that reads it.`);
      }
      if (key.length > MAX_KEY_LENGTH) {
        throw new Error(`It has a key of more than ${MAX_KEY_LENGTH} characters.`);
      }
      visit(item, depth + 1);
    }
  };
  visit(value, 0);
}

/** The schema without additional properties and with limits; `name` is the key or definition of this part. */
function closed(schema: unknown, name: string): unknown {
  if (Array.isArray(schema)) return schema.map((part) => closed(part, name));
  if (typeof schema !== 'object' || schema === null) return schema;
  const open = schema as Schema;
  const maxItems = MAX_ITEMS_OF[name] ?? MAX_ITEMS;
  const result: Schema = { maxItems, maxProperties: maxItems, ...open };
  for (const keyword of ['anyOf', 'allOf', 'oneOf', 'items'] as const) {
    if (keyword in open) result[keyword] = closed(open[keyword], name);
  }
  for (const keyword of ['properties', 'definitions'] as const) {
    if (!(keyword in open)) continue;
    const parts = Object.entries(open[keyword] as Schema);
    result[keyword] = Object.fromEntries(parts.map(([key, part]) => [key, closed(part, key)]));
  }
  if ('properties' in open && !('additionalProperties' in open)) result['additionalProperties'] = false;
  else if (typeof open['additionalProperties'] === 'object') {
    result['additionalProperties'] = closed(open['additionalProperties'], '');
  }
  if (FRACTIONS.includes(name) && 'properties' in result)
    result['properties'] = boundedInterval(result['properties'] as Schema);
  if (name === 'id') result['pattern'] = '^[a-z0-9-]{1,60}$';
  if (PROBABILITIES.includes(name)) Object.assign(result, { minimum: 0, maximum: 1 });
  return result;
}

/** Mean and ends of an interval from −2 to 2. */
function boundedInterval(properties: Schema): Schema {
  const parts = Object.entries(properties).map(([key, part]): [string, unknown] => [
    key,
    ['mean', 'low', 'high'].includes(key) ? { ...(part as Schema), minimum: -2, maximum: 2 } : part,
  ]);
  return Object.fromEntries(parts);
}

function schemaProblem(error: ErrorObject | undefined): string {
  if (error === undefined) return 'It is not a Headstart report.';
  const place = error.instancePath === '' ? 'It' : clean(error.instancePath, 100);
  if (error.keyword === 'additionalProperties') {
    const { additionalProperty } = error.params as { additionalProperty: string };
    return `${place} has the key ${clean(additionalProperty, 60)}, which this version of Headstart does not know.`;
  }
  return `${place} ${clean(error.message ?? 'is invalid', 200)}.`;
}
