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
import { InputError, type Problem } from '../../problem.js';

/** Line and column from 1; absent where nothing better than the file is known. */
export type Place = Pick<Problem, 'line' | 'column'>;

/** The value of a YAML text, and where its parts stand. */
export interface YamlText {
  value: unknown;
  /** Where the value at the path begins, or its key `key` when that is given. */
  placeOf: (path: readonly string[], key?: string) => Place;
}

const MOST_BYTES = 2 ** 20;
const MOST_PROBLEMS = 10;
const MOST_DEPTH = 64;
const MOST_ALIASES = 100;
const MOST_TOKENS = 200_000;

/**
 * One YAML (or JSON) document, bounded so that a hostile text takes neither long nor much memory.
 * @throws InputError that names every problem with line and column.
 */
export function parseYaml(bytes: Uint8Array, file: string): YamlText {
  const text = textOf(bytes, file);
  refuseHostile(text, file);
  try {
    return compose(text, file);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(file);
    throw error;
  }
}

/** UTF-8 with or without a byte-order mark. */
function textOf(bytes: Uint8Array, file: string): string {
  if (bytes.length > MOST_BYTES) {
    throw new InputError([
      {
        file,
        message: 'is larger than 1 MiB.',
        remedy: 'Put labels into a table and name it under "labels".',
      },
    ]);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError([
      {
        file,
        ...placeOfBadByte(bytes),
        message: 'is not UTF-8.',
        remedy: 'Save it as UTF-8.',
      },
    ]);
  }
}

/** The longest prefix that decodes ends where the trouble begins. */
function placeOfBadByte(bytes: Uint8Array): Place {
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

/** The parser takes minutes or all of its stack for texts that are made to be so; the lexer takes milliseconds for any. */
function refuseHostile(text: string, file: string): void {
  let depth = 0;
  let run = 0;
  let aliases = 0;
  let tokens = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    run =
      token === '-' || token === '?' || token === ':'
        ? run + 1
        : token.trim() === '' && token !== '\n'
          ? run
          : 0;
    if (token.startsWith('*') || token.startsWith('&')) aliases++;
    if (++tokens > MOST_TOKENS) {
      throw new InputError([
        {
          file,
          message: 'has too many entries.',
          remedy: 'Put labels into a table and name it under "labels".',
        },
      ]);
    }
    if (depth > MOST_DEPTH || run > MOST_DEPTH) throw tooDeep(file);
    if (aliases > MOST_ALIASES) throw tooManyAliases(file);
  }
}

function tooDeep(file: string): InputError {
  return new InputError([
    { file, message: 'is nested too deeply.', remedy: 'A manifest needs three levels.' },
  ]);
}

function tooManyAliases(file: string): InputError {
  return new InputError([
    { file, message: 'has too many aliases, or one that holds itself.', remedy: 'Write the values out.' },
  ]);
}

function compose(text: string, file: string): YamlText {
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  if (!Array.isArray(documents) || documents.length === 0) {
    throw new InputError([
      { file, line: 1, column: 1, message: 'is empty.', remedy: 'Begin it with "schema: headstart/v1".' },
    ]);
  }
  const [document, second] = documents as Document.Parsed[];
  const errors = document.errors.slice(0, MOST_PROBLEMS);
  if (errors.some(({ message }) => message.includes('call stack'))) throw tooDeep(file);
  const problems = [
    ...errors.map(({ pos, message }) => ({ offset: pos[0], message: plain(message) })),
    ...repeatedKeys(document).slice(0, MOST_PROBLEMS),
  ];
  if (problems.length === 0 && (second as Document.Parsed | undefined) !== undefined) {
    throw new InputError([
      {
        file,
        ...at(second.range[0]),
        message: 'begins the second of several YAML documents here.',
        remedy: 'Give each dataset a file of its own.',
      },
    ]);
  }
  if (problems.length > 0) {
    throw new InputError(
      problems
        .sort((a, b) => a.offset - b.offset)
        .slice(0, MOST_PROBLEMS)
        .map(({ offset, message }): Problem => ({ file, ...at(offset), message })),
    );
  }
  return { value: valueOf(document, file), placeOf: (path, key) => at(offsetOf(document, path, key)) };
}

function valueOf(document: Document.Parsed, file: string): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    JSON.stringify(value); // Throws where an alias stands inside what it names.
    return value;
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof TypeError) throw tooManyAliases(file);
    throw error;
  }
}

function plain(message: string): string {
  const [first] = message.split('\n');
  return `is not valid YAML: ${first.replace(/[.:]?\s*$/, '')}.`;
}

/** The parser's own check compares every key with every other. */
function repeatedKeys(document: Document.Parsed): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) {
          found.push({ offset: key.range?.[0] ?? 0, message: `has the key "${name.slice(0, 60)}" twice.` });
        }
        seen.add(name);
      }
    },
  });
  return found;
}

function offsetOf(document: Document.Parsed, path: readonly string[], key?: string): number {
  let node: Node | null = document.contents;
  let known = node?.range?.[0] ?? 0;
  const follow = () => (isAlias(node) ? (node.resolve(document) ?? null) : node);
  for (const part of path) {
    const parent: Node | null = follow();
    const child: unknown = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === part)?.value
      : isNode(parent) && 'items' in parent
        ? parent.items[Number(part)]
        : null;
    node = isNode(child) ? child : null;
    known = node?.range?.[0] ?? known;
  }
  if (key === undefined) return known;
  const parent = follow();
  const pair = isMap(parent)
    ? parent.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key)
    : undefined;
  return (isNode(pair?.key) ? pair.key.range?.[0] : undefined) ?? known;
}
