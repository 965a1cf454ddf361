import { Ajv, type ErrorObject } from 'ajv';
import { reportSchema } from '../generated/schemas.js';
import { InputError, type Problem } from '../problem.js';
import { clean } from './render/escape.js';
import type { Report } from './model.js';

const validate = new Ajv({ allErrors: false, strict: false }).compile<Report>(reportSchema);

/**
 * A report that was read from a file.
 * @throws InputError naming the first place that is not as `schemas/report.schema.json` says.
 */
export function readReport(value: unknown, file = 'report.json'): Report {
  if (validate(value)) return value;
  throw new InputError([
    {
      file,
      message: problem(validate.errors?.[0]),
      remedy: 'Give it a report.json as Headstart wrote it.',
    } satisfies Problem,
  ]);
}

function problem(error: ErrorObject | undefined): string {
  if (error === undefined) return 'It is no report of Headstart.';
  const place = error.instancePath === '' ? 'It' : clean(error.instancePath, 100);
  return `${place} ${clean(error.message ?? 'is not as it should be', 200)}.`;
}
