import { Ajv, type ErrorObject } from 'ajv';
import { measurementsSchema } from '../generated/schemas.js';
import { InputError, type Problem } from '../problem.js';
import { answersOf } from './answers.js';
import { STRATEGIES } from './arm.js';
import type { Measurement, MeasurementsFile } from './types.js';

const SCHEMA = 'headstart/measurements/v1';
/** Far more trials than any probe runs; a longer list is not a measurements file. */
const MAX_MEASUREMENTS = 10_000;
const MAX_PROBLEMS = 20;

const count = { type: 'integer', minimum: 1 };
const amount = { type: 'number', minimum: 0 };

/** What the published schema leaves open and the verdict relies on. */
const header = {
  properties: {
    classes: count,
    testGroups: { items: { type: 'integer' } },
    testLabels: { items: { type: 'integer' } },
    costs: {
      properties: {
        secondsPerGmac: amount,
        strategies: {
          propertyNames: { enum: STRATEGIES },
          additionalProperties: { properties: { trainMacs: amount, onceMacs: amount, epochs: amount } },
        },
      },
    },
    facts: {
      properties: {
        samples: amount,
        trainSamples: amount,
        trainImages: count,
        classes: amount,
        smallestClass: amount,
        largestClass: amount,
        novelty: { type: ['number', 'null'], minimum: 0 },
      },
    },
  },
};
const measurement = {
  properties: { testExamples: { maximum: 10_000_000 }, epochs: amount, settingsTried: amount },
};

const compile = () =>
  new Ajv({ allErrors: true, strict: false, strictNumbers: true, verbose: true }).compile<MeasurementsFile>({
    allOf: [measurementsSchema, { properties: { header, measurements: { items: measurement } } }],
  });
let compiled: ReturnType<typeof compile> | undefined;

/**
 * Reads `measurements.json`: the whole file, or only the list of measurements, with entries that may have no more than
 * `strategy`, `trainExamples` and `accuracy`. Null counts as absent. Answers by image that do not fit the test set are
 * left out, with a remark in `header.settings.ignored`.
 * @throws InputError listing the entries that are wrong.
 */
export function readMeasurements(value: unknown): MeasurementsFile {
  const file = normalized(value);
  const validate = (compiled ??= compile());
  const problems = [...(validate(file) ? [] : schemaProblems(validate.errors!)), ...contradictions(file)];
  if (problems.length > 0) throw new InputError(problems.slice(0, MAX_PROBLEMS));
  return withoutUnfitAnswers(file as MeasurementsFile);
}

/** The whole file, without nulls. */
function normalized(value: unknown): { schema: string; header: unknown; measurements: unknown[] } {
  const {
    schema = SCHEMA,
    header,
    measurements,
  }: Record<string, unknown> = Array.isArray(value) ? { measurements: value } : isObject(value) ? value : {};
  if (!Array.isArray(measurements))
    throw wrong(
      'This is not a measurements file.',
      'Expected an object with `measurements`, or the list of measurements itself.',
    );
  if (schema !== SCHEMA) throw wrong(`The schema is ${shown(schema)}, not "${SCHEMA}".`);
  if (measurements.length === 0)
    throw wrong('There are no measurements.', 'Give at least one for each side.');
  if (measurements.length > MAX_MEASUREMENTS)
    throw wrong(`There are ${measurements.length} measurements; at most ${MAX_MEASUREMENTS} are read.`);
  return { schema, header: normalizedHeader(header ?? {}), measurements: measurements.map(withoutNulls) };
}

function normalizedHeader(header: unknown): unknown {
  if (!isObject(header)) return header;
  const parts = Object.entries(header).map(([key, part]) => [
    key,
    key === 'plan' || key === 'facts' ? withoutNulls(part) : part,
  ]);
  return withoutNulls(Object.fromEntries(parts));
}

/** One problem for each place. */
function schemaProblems(errors: readonly ErrorObject[]): Problem[] {
  const messages = new Map<string, string>();
  for (const error of errors) {
    const place = placeOf(error);
    const message = messageOf(error);
    if (message !== null && !messages.has(place)) messages.set(place, message);
  }
  return [...messages].map(([place, message]) => ({
    file: '',
    message: `${place} ${message}${message.endsWith('?') ? '' : '.'}`,
  }));
}

/** `measurements[3].accuracy`. */
function placeOf({ instancePath, keyword, params }: ErrorObject): string {
  const missing = keyword === 'required' ? `/${(params as { missingProperty: string }).missingProperty}` : '';
  return `${instancePath}${missing}`
    .slice(1)
    .replaceAll(/\/(\d+)(?=\/|$)/gu, '[$1]')
    .replaceAll('/', '.');
}

/** null: another error says it. */
function messageOf({ keyword, parentSchema, data, instancePath }: ErrorObject): string | null {
  if (keyword === 'allOf') return null;
  if (keyword === 'required') return 'is missing';
  const {
    type,
    enum: known,
    minimum,
    maximum,
  } = parentSchema as {
    type?: string | string[];
    enum?: readonly string[];
    minimum?: number;
    maximum?: number;
  };
  if (known !== undefined) return `is ${shown(data)}; known are ${known.join(', ')}`;
  if (minimum === 0 && maximum === 1) return fractionMessage(data);
  if (keyword === 'maximum') return `is ${shown(data)}, above ${maximum!}`;
  if (type === 'integer')
    return `is ${shown(data)}, not a whole number${minimum === undefined ? '' : ` from ${minimum}`}`;
  if (keyword === 'minimum') return `is ${shown(data)}, below ${minimum!}`;
  const isEntry = /^\/measurements\/\d+$/u.test(instancePath);
  return `is ${shown(data)}, not ${isEntry ? 'a measurement' : TYPES[[type].flat()[0] ?? '']}`;
}

const TYPES: Record<string, string> = {
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
  object: 'an object',
  string: 'text',
};

function fractionMessage(value: unknown): string {
  if (typeof value !== 'number' || !Number.isFinite(value))
    return `is ${shown(value)}, not a fraction from 0 to 1`;
  return value > 1 && value <= 100
    ? `is ${value}; it is a fraction from 0 to 1, ${Number((value / 100).toPrecision(6))}?`
    : `is ${value}; it is a fraction from 0 to 1`;
}

/** One trial has one result: two accuracies for the same strategy, variant, size and seed are a mistake. */
function contradictions({ measurements }: { measurements: readonly unknown[] }): Problem[] {
  const first = new Map<string, { index: number; accuracy: unknown }>();
  return measurements.flatMap((entry, index) => {
    if (!isObject(entry) || typeof entry['seed'] !== 'number') return [];
    const { strategy, variant = '', trainExamples, seed, accuracy } = entry;
    const trial = JSON.stringify([strategy, variant, trainExamples, seed]);
    const known = first.get(trial);
    if (known === undefined) first.set(trial, { index, accuracy });
    if (known === undefined || known.accuracy === accuracy) return [];
    const message = `measurements[${index}] has the strategy, size and seed of measurements[${known.index}] but another accuracy (${shown(accuracy)}, not ${shown(known.accuracy)}).`;
    return [{ file: '', message, remedy: 'Give repeated runs different seeds, or remove the wrong one.' }];
  });
}

function withoutUnfitAnswers({ schema, header, measurements }: MeasurementsFile): MeasurementsFile {
  const isUnfit = (one: Measurement) => one.correct !== undefined && answersOf(one) === null;
  const remarks = measurements.flatMap((one, index) =>
    isUnfit(one)
      ? [
          one.testExamples === undefined
            ? `The answers by image of measurement ${index} were left out: it does not say how many test images there were.`
            : `The answers by image of measurement ${index} were left out: they do not have one bit for each of ${one.testExamples} test images.`,
        ]
      : [],
  );
  if (remarks.length === 0) return { schema, header, measurements };
  return {
    schema,
    header: { ...header, settings: { ...header.settings, ignored: remarks.slice(0, MAX_PROBLEMS) } },
    measurements: measurements.map((one) => {
      if (!isUnfit(one)) return one;
      const rest = { ...one };
      delete rest.correct;
      return rest;
    }),
  };
}

function withoutNulls(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, given]) => given !== null));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As JSON, shortened. */
function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const written = JSON.stringify(value);
  return written.length > 60 ? `${written.slice(0, 57)}…` : written;
}

function wrong(message: string, remedy?: string): InputError {
  return new InputError([{ file: '', message, ...(remedy === undefined ? {} : { remedy }) }]);
}
