import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
} from 'yaml';
import { InputError, inputError, type Location, type Problem } from '../../problem.js';

/** Absent where only the file is known. */
export type Position = Pick<Location, 'line' | 'column'>;

/** The value of a YAML text, and where its parts are. */
export interface YamlText {
  value: unknown;
  /** Where the value at the path begins, or its key `key` if given. */
  positionOf: (path: readonly string[], key?: string) => Position;
}

const MAX_BYTES = 2 ** 20;
const MAX_PROBLEMS = 10;
const MAX_DEPTH = 64;
const MAX_ALIASES = 100;
const MAX_TOKENS = 200_000;

/**
 * One YAML (or JSON) document, limited so that hostile texts take neither long nor much memory.
 * @throws InputError with every problem and its line and column.
 */
export function parseYaml(bytes: Uint8Array, file: string): YamlText {
  const text = decodeText(bytes, file);
  refuseHostile(text, file);
  try {
    return compose(text, file);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(file);
    throw error;
  }
}

/** The mapping in a YAML text; null if there is none. */
export function parseMapping(text: string): Record<string, unknown> | null {
  try {
    const { value } = parseYaml(new TextEncoder().encode(text), '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const USE_TABLE = 'Put labels into a table and name it under "labels".';

/** UTF-8 with or without a byte-order mark. */
function decodeText(bytes: Uint8Array, file: string): string {
  if (bytes.length > MAX_BYTES) throw inputError({ file }, 'is larger than 1 MiB.', USE_TABLE);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw inputError({ file, ...positionOfBadByte(bytes) }, 'is not UTF-8.', 'Save it as UTF-8.');
  }
}

/** The end of the longest prefix that decodes. */
function positionOfBadByte(bytes: Uint8Array): Position {
  let good = 0;
  for (let bad = bytes.length; good + 1 < bad;) {
    const middle = (good + bad) >> 1;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  const lines = new TextDecoder().decode(bytes.subarray(0, good)).split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** A crafted text can occupy the parser for minutes or overflow its stack; the lexer is always fast. */
function refuseHostile(text: string, file: string): void {
  let depth = 0;
  let indicators = 0;
  let aliases = 0;
  let tokens = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (token === '-' || token === '?' || token === ':') indicators++;
    else if (token.trim() !== '' || token === '\n') indicators = 0;
    if (token.startsWith('*') || token.startsWith('&')) aliases++;
    if (++tokens > MAX_TOKENS) throw inputError({ file }, 'has too many entries.', USE_TABLE);
    if (depth > MAX_DEPTH || indicators > MAX_DEPTH) throw tooDeep(file);
    if (aliases > MAX_ALIASES) throw tooManyAliases(file);
  }
}

function tooDeep(file: string): InputError {
  return inputError({ file }, 'is nested too deeply.', 'A manifest needs three levels.');
}

function tooManyAliases(file: string): InputError {
  return inputError({ file }, 'has too many aliases, or one that contains itself.', 'Write the values out.');
}

function compose(text: string, file: string): YamlText {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  if (!Array.isArray(documents) || documents.length === 0) {
    throw inputError({ file, line: 1, column: 1 }, 'is empty.', 'Begin it with "schema: headstart/v1".');
  }
  const [document, second] = documents as [Document.Parsed, Document.Parsed?];
  const errors = document.errors.slice(0, MAX_PROBLEMS);
  if (errors.some(({ message }) => message.includes('call stack'))) throw tooDeep(file);
  const problems = [
    ...errors.map(({ pos, message }) => ({ offset: pos[0], message: syntaxError(message) })),
    ...repeatedKeys(document).slice(0, MAX_PROBLEMS),
  ];
  if (problems.length > 0) {
    throw new InputError(
      problems
        .sort((a, b) => a.offset - b.offset)
        .slice(0, MAX_PROBLEMS)
        .map(({ offset, message }): Problem => ({ file, ...at(offset), message })),
    );
  }
  if (second !== undefined) {
    throw inputError(
      { file, ...at(second.range[0]) },
      'begins the second of several YAML documents here.',
      'Give each dataset its own file.',
    );
  }
  return { value: valueOf(document, file), positionOf: (path, key) => at(offsetOf(document, path, key)) };
}

function valueOf(document: Document.Parsed, file: string): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    JSON.stringify(value); // Throws if an alias is inside of what it names.
    return value;
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof TypeError) throw tooManyAliases(file);
    throw error;
  }
}

function syntaxError(message: string): string {
  const [first] = message.split('\n');
  return `is not valid YAML: ${first.replace(/[.:]?\s*$/, '')}.`;
}

/** The parser's own check compares every key with every other. */
function repeatedKeys(document: Document.Parsed): { offset: number; message: string }[] {
  const repeated: { offset: number; message: string }[] = [];
  visit(document, {
    Map(_, map) {
      const known = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (known.has(name)) {
          const message = `has the key "${name.slice(0, 60)}" twice.`;
          repeated.push({ offset: key.range?.[0] ?? 0, message });
        }
        known.add(name);
      }
    },
  });
  return repeated;
}

function offsetOf(document: Document.Parsed, path: readonly string[], key?: string): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  const resolved = () => (isAlias(node) ? (node.resolve(document) ?? null) : node);
  for (const part of path) {
    const parent: Node | null = resolved();
    const child: unknown = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === part)?.value
      : isNode(parent) && 'items' in parent
        ? parent.items[Number(part)]
        : null;
    node = isNode(child) ? child : null;
    offset = node?.range?.[0] ?? offset;
  }
  if (key === undefined) return offset;
  const parent = resolved();
  const pair = isMap(parent)
    ? parent.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key)
    : undefined;
  return (isNode(pair?.key) ? pair.key.range?.[0] : undefined) ?? offset;
}
