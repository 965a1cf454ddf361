import { Ajv, type ErrorObject } from 'ajv';
import { reportSchema } from '../generated/schemas.js';
import { clean } from './render/escape.js';
import type { Report } from './model.js';

/**
 * The report schema for a report that somebody else's run has made: only keys that are known, and a bound on every
 * list, text and number. The bounds are far above what Headstart writes.
 */

const longestText = 4000;
/** In characters; names of classes are keys. */
const longestKey = 1000;
const largestNumber = 1e15;
/** Items of a list, and keys of a map, unless named below. */
const mostItems = 1000;
const mostOf: Record<string, number> = {
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
const fractions = ['Interval', 'CurvePoint', 'gapToChoice'];
const probabilities = ['pBest', 'changeProbability'];
const deepest = 16;
const mostValues = 500_000;

type Schema = Record<string, unknown>;

let compiled: ((value: unknown) => unknown) | undefined;

/**
 * Takes parsed JSON for a report when it is one to the last key.
 * @throws Error with one sentence naming the first place that is not as it may be.
 */
export function strictReport(value: unknown): Report {
  compiled ??= strictly(reportSchema);
  return withoutCommand(compiled(value) as Report);
}

/** What takes parsed JSON that is as a schema has it to the last key, and throws one sentence at any other. */
export function strictly(schema: object): (value: unknown) => unknown {
  const validate = new Ajv({ allErrors: false, strict: false }).compile(closed(schema, '') as Schema);
  return (value) => {
    refuseUnbounded(value);
    if (validate(value)) return value;
    throw new Error(problem(validate.errors?.[0]));
  };
}

/** What a stranger's run was started by is nobody's to type. */
function withoutCommand(report: Report): Report {
  if (report.receipt === null) return report;
  const receipt = { ...report.receipt };
  delete receipt.command;
  return { ...report, receipt };
}

/** What no schema says of every value in it: depth, number of values, numbers that JSON can write and nobody can use, and keys that reach prototypes. */
function refuseUnbounded(value: unknown): void {
  let values = 0;
  const visit = (inner: unknown, depth: number): void => {
    if (depth > deepest) throw new Error(`It is nested deeper than ${deepest} levels.`);
    if (++values > mostValues) throw new Error(`It has more than ${mostValues} values.`);
    if (typeof inner === 'number' && !(Math.abs(inner) <= largestNumber)) {
      throw new Error('It has a number that is too large to mean anything.');
    }
    if (typeof inner === 'string' && inner.length > longestText) {
      throw new Error(`It has a text of more than ${longestText} characters.`);
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
      if (key.length > longestKey) throw new Error(`It has a key of more than ${longestKey} characters.`);
      visit(item, depth + 1);
    }
  };
  visit(value, 0);
}

/** The schema with its doors shut; `name` is the key or definition under which it stands. */
function closed(schema: unknown, name: string): unknown {
  if (Array.isArray(schema)) return schema.map((part) => closed(part, name));
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = schema as Schema;
  const most = mostOf[name] ?? mostItems;
  const shut: Schema = { maxItems: most, maxProperties: most, ...inner };
  for (const keyword of ['anyOf', 'allOf', 'oneOf', 'items'] as const) {
    if (keyword in inner) shut[keyword] = closed(inner[keyword], name);
  }
  for (const keyword of ['properties', 'definitions'] as const) {
    if (!(keyword in inner)) continue;
    const parts = Object.entries(inner[keyword] as Schema);
    shut[keyword] = Object.fromEntries(parts.map(([key, part]) => [key, closed(part, key)]));
  }
  if ('properties' in inner && !('additionalProperties' in inner)) shut['additionalProperties'] = false;
  else if (typeof inner['additionalProperties'] === 'object') {
    shut['additionalProperties'] = closed(inner['additionalProperties'], '');
  }
  if (fractions.includes(name) && 'properties' in shut)
    shut['properties'] = bounded(shut['properties'] as Schema);
  if (name === 'id') shut['pattern'] = '^[a-z0-9-]{1,60}$';
  if (probabilities.includes(name)) Object.assign(shut, { minimum: 0, maximum: 1 });
  return shut;
}

/** Mean and ends of an interval from −2 to 2. */
function bounded(properties: Schema): Schema {
  const parts = Object.entries(properties).map(([key, part]): [string, unknown] => [
    key,
    ['mean', 'low', 'high'].includes(key) ? { ...(part as Schema), minimum: -2, maximum: 2 } : part,
  ]);
  return Object.fromEntries(parts);
}

function problem(error: ErrorObject | undefined): string {
  if (error === undefined) return 'It is no report of Headstart.';
  const place = error.instancePath === '' ? 'It' : clean(error.instancePath, 100);
  if (error.keyword === 'additionalProperties') {
    const { additionalProperty } = error.params as { additionalProperty: string };
    return `${place} has the key ${clean(additionalProperty, 60)}, which this version of Headstart does not know.`;
  }
  return `${place} ${clean(error.message ?? 'is not as it should be', 200)}.`;
}
