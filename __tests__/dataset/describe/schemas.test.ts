import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import {
  manifestSchema,
  measurementsSchema,
  planSchema,
  recipeSchema,
  reportSchema,
  shardSchema,
} from '../../../src/generated/schemas.js';

const root = join(import.meta.dirname, '../../..');
const committed = (name: string) =>
  JSON.parse(readFileSync(join(root, 'schemas', `${name}.schema.json`), 'utf8')) as Record<string, unknown>;
const NAMES = ['manifest', 'report', 'measurements', 'recipe', 'plan', 'shard'] as const;
const bundled = {
  manifest: manifestSchema,
  report: reportSchema,
  measurements: measurementsSchema,
  recipe: recipeSchema,
  plan: planSchema,
  shard: shardSchema,
};

describe('schemas', () => {
  it('are in schemas/ as the types say', () => {
    expect(() =>
      execFileSync(process.execPath, ['scripts/generate/schemas.mjs', '--check'], {
        cwd: root,
        stdio: 'pipe',
      }),
    ).not.toThrow();
  });

  it.each(NAMES)('%s is in the bundle as it is in schemas/, and has a name', (name) => {
    const schema = committed(name);
    expect(bundled[name]).toEqual(schema);
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: `headstart/${name}.schema.json`,
      title: expect.stringMatching(/^Headstart /),
      description: expect.stringMatching(/\.$/),
    });
  });

  it.each(NAMES)('%s compiles', (name) => {
    expect(new Ajv({ strict: false }).compile(committed(name))).toBeInstanceOf(Function);
  });

  it('close the manifest to unknown keys, and leave open what newer versions write', () => {
    const accepts = (name: (typeof NAMES)[number], value: unknown) =>
      new Ajv({ strict: false }).compile(committed(name))(value);
    const measurements = { schema: 'headstart/measurements/v1', header: {}, measurements: [] };
    expect(accepts('manifest', { schema: 'headstart/v1' })).toBe(true);
    expect(accepts('manifest', { schema: 'headstart/v1', later: 1 })).toBe(false);
    expect(accepts('manifest', { schema: 'headstart/v1', plan: { later: 1 } })).toBe(false);
    expect(accepts('measurements', { ...measurements, later: 1, header: { later: 1 } })).toBe(true);
  });
});
