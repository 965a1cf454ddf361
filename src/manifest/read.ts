import { Ajv, type ErrorObject } from 'ajv';
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
} from 'yaml';
import { manifestSchema } from '../generated/schemas.js';
import type { Manifest } from './model.js';
import { nearest } from './nearest.js';
import { InputError, type Problem } from './problem.js';

const validate = new Ajv({ allErrors: true, strict: false, verbose: true }).compile<Manifest>(manifestSchema);

const MOST_BYTES = 2 ** 20;
const MOST_PROBLEMS = 10;

/**
 * The manifest in a YAML (or JSON) text.
 * @throws InputError that names every problem with file, line and column.
 */
export function readManifest(bytes: Uint8Array, file: string): Manifest {
  const { document, lines } = parse(bytes, file);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 50 });
  } catch {
    throw new InputError([{ file, message: 'has too many aliases.', remedy: 'Write the values out.' }]);
  }
  if (validate(value)) return value;
  const problems = (validate.errors ?? []).filter((error) => !isConsequence(error, validate.errors ?? []));
  throw new InputError(
    problems
      .slice(0, MOST_PROBLEMS)
      .map((error) => ({ file, ...placeOf(document, lines, error), ...explain(error) })),
  );
}

/** The value of a YAML text, without judging it; null where it is no YAML. For recognising other tools' files. */
export function peekYaml(bytes: Uint8Array): unknown {
  try {
    return parse(bytes, '').document.toJS({ maxAliasCount: 50 });
  } catch {
    return null;
  }
}

function parse(bytes: Uint8Array, file: string): { document: Document.Parsed; lines: LineCounter } {
  if (bytes.length > MOST_BYTES) {
    throw new InputError([{ file, message: 'is larger than 1 MiB.', remedy: 'Put labels into a table.' }]);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError([{ file, message: 'is not UTF-8.', remedy: 'Save it as UTF-8.' }]);
  }
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (!Array.isArray(documents) || documents.length === 0) {
    throw new InputError([
      { file, line: 1, column: 1, message: 'is empty.', remedy: 'Begin it with "schema: headstart/v1".' },
    ]);
  }
  const [document] = documents as Document.Parsed[];
  if (documents.length > 1) {
    throw new InputError([
      { file, message: 'holds several YAML documents.', remedy: 'Give each dataset a manifest.' },
    ]);
  }
  if (document.errors.length > 0) {
    throw new InputError(
      document.errors.slice(0, MOST_PROBLEMS).map((error): Problem => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { file, line, column: col, message: `is not valid YAML: ${error.message.split('\n')[0]}` };
      }),
    );
  }
  return { document, lines };
}

/** A failed branch of a choice, or the choice itself where a branch says more. */
function isConsequence(error: ErrorObject, all: ErrorObject[]): boolean {
  if (error.keyword !== 'anyOf') return false;
  return all.some((other) => other !== error && other.instancePath.startsWith(`${error.instancePath}/`));
}

/** Line and column of the key or value that the error is about. */
function placeOf(
  document: Document.Parsed,
  lines: LineCounter,
  error: ErrorObject,
): { line?: number; column?: number } {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const unknown =
    error.keyword === 'additionalProperties'
      ? (error.params as { additionalProperty: string }).additionalProperty
      : null;
  const node = unknown === null ? document.getIn(path, true) : keyNode(document, path, unknown);
  const start = isNode(node) ? node.range?.[0] : undefined;
  const { line, col } = lines.linePos(start ?? 0);
  return { line, column: col };
}

function keyNode(document: Document.Parsed, path: string[], key: string): Node | undefined {
  const parent = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key,
  );
  return isNode(pair?.key) ? pair.key : undefined;
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping of keys',
  array: 'a list',
};

function explain(error: ErrorObject): Pick<Problem, 'message' | 'remedy'> {
  const key =
    error.instancePath === '' ? 'the manifest' : `"${error.instancePath.slice(1).replaceAll('/', '.')}"`;
  const shown = JSON.stringify(error.data).slice(0, 60);
  switch (error.keyword) {
    case 'additionalProperties': {
      const { additionalProperty } = error.params as { additionalProperty: string };
      const known = Object.keys(
        (error.parentSchema as { properties?: object } | undefined)?.properties ?? {},
      );
      const near = nearest(additionalProperty, known);
      return {
        message: `unknown key "${additionalProperty.slice(0, 60)}".`,
        remedy: near === null ? `Known keys are ${known.join(', ')}.` : `Did you mean "${near}"?`,
      };
    }
    case 'required': {
      const { missingProperty } = error.params as { missingProperty: string };
      return {
        message: `${key} lacks "${missingProperty}".`,
        ...(missingProperty === 'schema' ? { remedy: 'Add the line "schema: headstart/v1".' } : {}),
      };
    }
    case 'type': {
      const { type } = error.params as { type: string | string[] };
      const wanted = [type].flat().map((name) => KINDS[name] ?? name);
      return { message: `${key} must be ${wanted.join(' or ')}, not ${shown}.` };
    }
    case 'const':
      return key === '"task"'
        ? explainTask(shown)
        : {
            message: `${key} must be ${JSON.stringify((error.params as { allowedValue: unknown }).allowedValue)}, not ${shown}.`,
          };
    case 'enum':
      return {
        message: `${key} must be one of ${(error.params as { allowedValues: unknown[] }).allowedValues.join(', ')}, not ${shown}.`,
      };
    case 'minimum':
    case 'maximum': {
      const { comparison, limit } = error.params as { comparison: string; limit: number };
      return {
        message: `${key} must be ${comparison === '>=' ? 'at least' : 'at most'} ${limit}, not ${shown}.`,
      };
    }
    case 'pattern':
      return { message: `${key} is not 64 hexadecimal digits.` };
    default:
      return { message: `${key} ${error.message ?? 'is not as it should be'}.` };
  }
}

function explainTask(shown: string): Pick<Problem, 'message' | 'remedy'> {
  return {
    message: `the task ${shown} is not probed: only single-label image classification is ("classify").`,
    remedy: 'Measure it elsewhere and run "headstart analyze measurements.json" for the verdict.',
  };
}
