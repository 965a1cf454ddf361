import type { ErrorObject } from 'ajv';
import { nearest } from './nearest.js';
import type { Problem } from '../../problem.js';

type Explanation = Pick<Problem, 'message' | 'remedy'>;

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping of keys',
  array: 'a list',
};

const EXAMPLES: Record<string, string> = {
  labels: 'For example: labels: { file: labels.csv, image: image, label: label }.',
  groups: 'For example: groups: { file: groups.csv, image: image, group: group }.',
  image: 'For example: image: { size: 64 }.',
  names: 'For example: names: [cat, dog].',
  files: 'For example: files: [{ path: labels.csv, bytes: 1200 }].',
  expect: 'For example: expect: { train: 800, test: 200 }.',
  plan: 'For example: plan: { examples: 100000, hardware: t4 }.',
};

/** One error of the validator in plain words, about the key at `error.instancePath`. */
export function explain(error: ErrorObject): Explanation {
  const path = pathOf(error);
  const key = path.length === 0 ? 'the manifest' : `"${path.join('.')}"`;
  const shown = shownValue(error.data);
  switch (error.keyword) {
    case 'additionalProperties':
      return explainUnknown(error, path);
    case 'required': {
      const { missingProperty } = error.params as { missingProperty: string };
      return {
        message: `${key} lacks "${missingProperty}".`,
        remedy: path.length === 0 ? 'Add the line "schema: headstart/v1".' : exampleOf(path),
      };
    }
    case 'type':
      return explainType(error, key, shown, path);
    case 'const': {
      const { allowedValue } = error.params as { allowedValue: unknown };
      if (path[0] === 'task') return explainTask(shown);
      return { message: `${key} must be ${JSON.stringify(allowedValue)}, not ${shown}.` };
    }
    case 'enum': {
      const allowed = (error.params as { allowedValues: unknown[] }).allowedValues.map(String);
      const near = typeof error.data === 'string' ? nearest(error.data, allowed) : null;
      return {
        message: `${key} must be one of ${allowed.join(', ')}, not ${shown}.`,
        ...(near === null ? {} : { remedy: `Did you mean "${near}"?` }),
      };
    }
    case 'minimum':
    case 'maximum': {
      const { comparison, limit } = error.params as { comparison: string; limit: number };
      return {
        message: `${key} must be at ${comparison === '>=' ? 'least' : 'most'} ${limit}, not ${shown}.`,
      };
    }
    case 'pattern':
      return { message: `${key} must be 64 hexadecimal digits, not ${shown}.` };
    default:
      return { message: `${key} ${error.message ?? 'is not as it should be'}.` };
  }
}

/** JSON knows neither `.nan` nor `.inf`. */
function shownValue(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return (JSON.stringify(value) as string | undefined)?.slice(0, 60) ?? 'nothing';
}

/** The JSON pointer of the value that is wrong, as keys. */
export function pathOf({ instancePath }: ErrorObject): string[] {
  return instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The key that the error is about when it is the key itself that is wrong. */
export function unknownKey(error: ErrorObject): string | undefined {
  return error.keyword === 'additionalProperties'
    ? (error.params as { additionalProperty: string }).additionalProperty
    : undefined;
}

function explainUnknown(error: ErrorObject, path: string[]): Explanation {
  const unknown = unknownKey(error) ?? '';
  if (unknown === '<<') return { message: 'merge keys ("<<") are not read.', remedy: 'Write the keys out.' };
  const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
  const near = nearest(unknown, known);
  const where = path.length === 0 ? '' : ` in "${path.join('.')}"`;
  return {
    message: `unknown key "${unknown.slice(0, 60)}"${where}.`,
    remedy: near === null ? `Known keys are ${known.join(', ')}.` : `Did you mean "${near}"?`,
  };
}

function explainType(error: ErrorObject, key: string, shown: string, path: string[]): Explanation {
  const types = [(error.params as { type: string | string[] }).type].flat();
  const message = `${key} must be ${types.map((name) => KINDS[name] ?? name).join(' or ')}, not ${shown}.`;
  const unquoted = typeof error.data === 'number' || typeof error.data === 'boolean';
  if (types.includes('string') && unquoted)
    return { message, remedy: `Put it in quotes: "${String(error.data)}".` };
  const isNumber = types.includes('number') || types.includes('integer');
  const quoted =
    typeof error.data === 'string' && error.data.trim() !== '' && Number.isFinite(Number(error.data));
  if (isNumber && quoted) return { message, remedy: `Leave the quotes out: ${Number(error.data)}.` };
  return isNumber ? { message } : { message, remedy: exampleOf(path) };
}

function exampleOf(path: string[]): string {
  return EXAMPLES[path[0]] ?? 'See schemas/manifest.schema.json.';
}

function explainTask(shown: string): Explanation {
  return {
    message: `the task ${shown} is not probed: only single-label image classification is ("classify").`,
    remedy: 'Measure it elsewhere and run "headstart analyze measurements.json" for the verdict.',
  };
}
