import { InputError, type Problem } from '../problem.js';
import { STRATEGIES } from './arm.js';
import type { Measurement, MeasurementsFile, MeasurementsHeader, StrategyName } from './model.js';
import { answers } from './paired.js';

const SCHEMA = 'headstart/measurements/v1';
/** Far more trials than any probe makes; more is not a measurements file. */
const MOST_MEASUREMENTS = 10_000;
const MOST_TEST_EXAMPLES = 10_000_000;

/**
 * Reads what `measurements.json` holds: the whole file, the bare list of measurements, or a list whose entries have no
 * more than `strategy`, `trainExamples` and `accuracy`. Answers by image that do not fit the test set are left out,
 * with a remark in `header.settings.ignored`.
 * @throws InputError with every entry that makes no sense.
 */
export function readMeasurements(value: unknown): MeasurementsFile {
  const { header, list } = partsOf(value);
  if (list.length === 0) throw wrong('There are no measurements.', 'Give at least one for each side.');
  if (list.length > MOST_MEASUREMENTS)
    throw wrong(`There are ${list.length} measurements; at most ${MOST_MEASUREMENTS} are read.`);
  const problems: Problem[] = [];
  const remarks: string[] = [];
  const measurements = list.flatMap((entry, index) => {
    const found = readMeasurement(entry, `measurements[${index}]`, problems);
    return found === null ? [] : [withFittingAnswers(found, index, remarks)];
  });
  problems.push(...contradictions(list));
  const checked = readHeader(header, problems);
  if (problems.length > 0) throw new InputError(problems.slice(0, 20));
  const settings =
    remarks.length === 0 ? {} : { settings: { ...checked.settings, ignored: remarks.slice(0, 20) } };
  return { schema: SCHEMA, header: { ...checked, ...settings }, measurements };
}

function partsOf(value: unknown): { header: unknown; list: unknown[] } {
  if (Array.isArray(value)) return { header: {}, list: value };
  if (!isObject(value) || !Array.isArray(value['measurements']))
    throw wrong(
      'This is not a measurements file.',
      'Expected an object with `measurements`, or the list of measurements itself.',
    );
  if (value['schema'] !== undefined && value['schema'] !== SCHEMA)
    throw wrong(`The schema is ${shown(value['schema'])}, not "${SCHEMA}".`);
  return { header: value['header'] ?? {}, list: value['measurements'] };
}

type Check = (value: unknown) => string | null;

const required: Record<'strategy' | 'trainExamples' | 'accuracy', Check> = {
  strategy: (value) =>
    (STRATEGIES as readonly unknown[]).includes(value)
      ? null
      : `is ${shown(value)}; known are ${STRATEGIES.join(', ')}`,
  trainExamples: count,
  accuracy: fraction,
};

const optional: Record<Exclude<keyof Measurement, keyof typeof required>, Check> = {
  variant: (value) => (typeof value === 'string' ? null : `is ${shown(value)}, not a text`),
  testExamples: (value) =>
    count(value) ?? ((value as number) > MOST_TEST_EXAMPLES ? `is ${shown(value)}, too many` : null),
  macroF1: fraction,
  seed: number,
  correct: (value) => (typeof value === 'string' ? null : `is ${shown(value)}, not a text in base64`),
  trainSeconds: amount,
  converged: (value) => (typeof value === 'boolean' ? null : `is ${shown(value)}, not true or false`),
  learning: (value) => (typeof value === 'boolean' ? null : `is ${shown(value)}, not true or false`),
  fitExamples: count,
  trainAccuracy: fraction,
  epochs: amount,
  settingsTried: amount,
};

function readMeasurement(value: unknown, place: string, problems: Problem[]): Measurement | null {
  if (!isObject(value)) {
    report(`is ${shown(value)}, not a measurement`, place, problems);
    return null;
  }
  const before = problems.length;
  for (const [key, check] of Object.entries(required)) report(check(value[key]), `${place}.${key}`, problems);
  for (const [key, check] of Object.entries(optional)) {
    if (value[key] !== undefined && value[key] !== null)
      report(check(value[key]), `${place}.${key}`, problems);
  }
  if (problems.length > before) return null;
  const known = [...Object.keys(required), ...Object.keys(optional)];
  const kept = known.flatMap((key) =>
    value[key] === undefined || value[key] === null ? [] : [[key, value[key]] as const],
  );
  return Object.fromEntries(kept) as unknown as Measurement;
}

/** One trial has one result: the same strategy, variant, size and seed with two accuracies is a mistake in the file. */
function contradictions(list: readonly unknown[]): Problem[] {
  const first = new Map<string, { index: number; accuracy: unknown }>();
  return list.flatMap((entry, index) => {
    if (!isObject(entry) || typeof entry['seed'] !== 'number') return [];
    const { strategy, variant = '', trainExamples, seed, accuracy } = entry;
    const trial = JSON.stringify([strategy, variant, trainExamples, seed]);
    const known = first.get(trial);
    if (known === undefined) first.set(trial, { index, accuracy });
    if (known === undefined || known.accuracy === accuracy) return [];
    const message = `measurements[${index}] has the strategy, size and seed of measurements[${known.index}] and another accuracy (${shown(accuracy)}, not ${shown(known.accuracy)}).`;
    return [{ file: '', message, remedy: 'Give repeated runs different seeds, or remove the wrong one.' }];
  });
}

function withFittingAnswers(measurement: Measurement, index: number, remarks: string[]): Measurement {
  const { correct, testExamples, ...rest } = measurement;
  if (correct === undefined || answers(measurement) !== null) return measurement;
  remarks.push(
    testExamples === undefined
      ? `The answers by image of measurement ${index} were left out: it does not say how many test images there were.`
      : `The answers by image of measurement ${index} were left out: they are not one bit for each of ${testExamples} test images.`,
  );
  return testExamples === undefined ? rest : { ...rest, testExamples };
}

function readHeader(value: unknown, problems: Problem[]): MeasurementsHeader {
  if (!isObject(value)) {
    report(`is ${shown(value)}, not an object`, 'header', problems);
    return {};
  }
  const checks: [string, unknown, Check][] = [
    ['horizon', value['horizon'], count],
    ['metric', value['metric'], metric],
    ['classes', value['classes'], count],
    ['testGroups', value['testGroups'], numbers],
    ['testLabels', value['testLabels'], numbers],
    ['settings', value['settings'], object],
    ['plan', value['plan'], object],
    ['costs', value['costs'], costs],
    ['record', value['record'], record],
    ['facts', value['facts'], facts],
  ];
  const plan = isObject(value['plan']) ? value['plan'] : {};
  checks.push(
    ['plan.examples', plan['examples'], count],
    ['plan.architecture', plan['architecture'], architecture],
    ['plan.hardware', plan['hardware'], text],
    ['plan.hourlyCost', plan['hourlyCost'], amount],
    ['plan.carbonIntensity', plan['carbonIntensity'], amount],
    ['plan.maxRegret', plan['maxRegret'], fraction],
  );
  for (const [key, given, check] of checks) {
    if (given !== undefined && given !== null) report(check(given), `header.${key}`, problems);
  }
  return { ...withoutNulls(value), ...(isObject(value['plan']) ? { plan: withoutNulls(plan) } : {}) };
}

function report(problem: string | null, place: string, problems: Problem[]): void {
  if (problem !== null)
    problems.push({ file: '', message: `${place} ${problem}${problem.endsWith('?') ? '' : '.'}` });
}

function fraction(value: unknown): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value))
    return `is ${shown(value)}, not a fraction from 0 to 1`;
  if (value > 1 && value <= 100)
    return `is ${value}; it is a fraction from 0 to 1, ${Number((value / 100).toPrecision(6))}?`;
  return value < 0 || value > 1 ? `is ${value}; it is a fraction from 0 to 1` : null;
}

function count(value: unknown): string | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1
    ? null
    : `is ${shown(value)}, not a whole number from 1`;
}

function number(value: unknown): string | null {
  return typeof value === 'number' && Number.isFinite(value) ? null : `is ${shown(value)}, not a number`;
}

function amount(value: unknown): string | null {
  return number(value) ?? ((value as number) < 0 ? `is ${shown(value)}, below 0` : null);
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? null : `is ${shown(value)}, not a text`;
}

function object(value: unknown): string | null {
  return isObject(value) ? null : `is ${shown(value)}, not an object`;
}

function numbers(value: unknown): string | null {
  return Array.isArray(value) && value.every(Number.isSafeInteger) ? null : 'is not a list of whole numbers';
}

function metric(value: unknown): string | null {
  return value === 'accuracy' || value === 'balanced-accuracy'
    ? null
    : `is ${shown(value)}; known are accuracy and balanced-accuracy`;
}

function architecture(value: unknown): string | null {
  return value === 'standard' || value === 'custom'
    ? null
    : `is ${shown(value)}; known are standard and custom`;
}

function costs(value: unknown): string | null {
  const wanted =
    'is not { secondsPerGmac, strategies: { <strategy>: { trainMacs, onceMacs, epochs, parameters } } }';
  if (!isObject(value) || amount(value['secondsPerGmac']) !== null || !isObject(value['strategies']))
    return wanted;
  const whole = Object.entries(value['strategies']).every(
    ([name, cost]) =>
      STRATEGIES.includes(name as StrategyName) &&
      isObject(cost) &&
      [cost['trainMacs'], cost['onceMacs'], cost['epochs']].every((given) => amount(given) === null),
  );
  return whole ? null : wanted;
}

function record(value: unknown): string | null {
  const sets = isObject(value) ? value['sets'] : null;
  return Array.isArray(sets) && sets.every((set) => isObject(set) && number(set['logitGap']) === null)
    ? null
    : 'is not { sets: [{ name, trainExamples, logitGap }] }';
}

function facts(value: unknown): string | null {
  const wanted = ['samples', 'trainSamples', 'classes', 'smallestClass', 'largestClass'];
  return isObject(value) &&
    number(value['sourceGain'] ?? 0) === null &&
    amount(value['novelty'] ?? 0) === null &&
    count(value['trainImages'] ?? 1) === null &&
    wanted.every((key) => amount(value[key]) === null)
    ? null
    : `is not { ${wanted.join(', ')}, sourceGain, novelty }`;
}

function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, given]) => given !== null));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As JSON, shortened. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'number') return String(value);
  const written = JSON.stringify(value);
  return written.length > 60 ? `${written.slice(0, 57)}…` : written;
}

function wrong(message: string, remedy?: string): InputError {
  return new InputError([{ file: '', message, ...(remedy === undefined ? {} : { remedy }) }]);
}
