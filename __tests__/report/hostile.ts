import { readFileSync } from 'node:fs';
import type { Report } from '../../src/report/types.js';
import { aReport } from './fixture.js';

interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  maxLength?: number;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  definitions?: Record<string, Schema>;
}

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
) as Schema;

/**
 * The report with the text at every place where its schema lets any text stand, keys of maps among them, and with
 * every part that may be left out: what a repository or a hostile report can fill.
 */
export function reportSaying(text: string): Report {
  return filled(schema, aReport(), text) as Report;
}

/** The value with the text in it; a made-up one where there is none. */
function filled(declared: Schema, value: unknown, text: string): unknown {
  const {
    $ref,
    const: constant,
    enum: choices,
    anyOf,
    type,
    items,
    properties,
    additionalProperties,
  } = declared;
  if ($ref !== undefined) return filled(schema.definitions![$ref.replace('#/definitions/', '')], value, text);
  if (constant !== undefined) return constant;
  if (choices !== undefined) return value ?? choices[0];
  if (anyOf !== undefined) return filled(anyOf.find((one) => fits(one, value)) ?? anyOf[0], value, text);
  const types = [type ?? typeof value].flat();
  if (types.includes('string')) {
    return declared.pattern === undefined ? text.slice(0, declared.maxLength) : (value ?? '');
  }
  if (types.includes('array') && value !== null) {
    return ((value ?? [undefined]) as unknown[]).map((item) => filled(items ?? {}, item, text));
  }
  if (value === null) return null;
  if (!types.includes('object')) return value ?? (types.includes('boolean') ? true : 1);
  const map = typeof additionalProperties === 'object' ? additionalProperties : null;
  const given = (value ?? (map === null ? {} : { '': undefined })) as Record<string, unknown>;
  const named = Object.entries(properties ?? {}).map(([key, inner]) => [
    key,
    filled(inner, given[key], text),
  ]);
  const free = Object.entries(given).filter(([key]) => !Object.hasOwn(properties ?? {}, key));
  return Object.fromEntries([
    ...named,
    ...(map === null
      ? free
      : free.map(([, inner], index) => [text + ' '.repeat(index), filled(map, inner, text)])),
  ]);
}

function fits({ $ref, type, anyOf }: Schema, value: unknown): boolean {
  if ($ref !== undefined) return fits(schema.definitions![$ref.replace('#/definitions/', '')], value);
  if (anyOf !== undefined) return anyOf.some((one) => fits(one, value));
  if (value === undefined || value === null) return type !== 'null';
  return [type].flat().includes(Array.isArray(value) ? 'array' : typeof value);
}
