/** Input defaults that an organization keeps in one repository for the workflows of all others. */
import { parse } from 'yaml';
import { inputDefaults } from '../generated/inputs.js';
import { InputError, nearestWord } from '../problem.js';
import { describeApiError } from './api-errors.js';
import type { GitHub } from './client.js';

/** Where the file is: `owner/name`, `owner/name:path` or `owner/name:path@ref`. */
export interface DefaultsFile {
  owner: string;
  repo: string;
  path: string;
  /** null: the default branch. */
  ref: string | null;
}

const DEFAULT_PATH = 'headstart.yml';
const MAX_BYTES = 65_536;
/** Inputs that only the workflow itself may set. */
const EXCLUDED = ['github-token', 'defaults', 'mode', 'plan', 'shard', 'shards-from'];

/** @throws InputError for anything else. */
export function parseDefaults(text: string): DefaultsFile {
  const match =
    /^(?<owner>[\w.-]{1,100})\/(?<repo>[\w.-]{1,100})(?::(?<path>[\w./-]{1,200}?))?(?:@(?<ref>[\w./-]{1,200}))?$/u.exec(
      text,
    );
  if (match?.groups === undefined || text.includes('..')) {
    throw new InputError([
      {
        file: '',
        message: `"${text.slice(0, 80)}" does not name a repository.`,
        remedy: 'Write OWNER/REPOSITORY, or OWNER/REPOSITORY:path/of/the/file.yml.',
      },
    ]);
  }
  const { owner, repo, path, ref } = match.groups as Record<string, string | undefined>;
  return { owner: owner!, repo: repo!, path: path ?? DEFAULT_PATH, ref: ref ?? null };
}

/**
 * The inputs that the file sets.
 * @throws InputError when it cannot be read, or sets something else.
 */
export async function readDefaults(
  github: GitHub,
  { owner, repo, path, ref }: DefaultsFile,
): Promise<Map<string, string>> {
  const file = `${owner}/${repo}:${path}`;
  const invalid = (message: string, remedy: string) => new InputError([{ file, message, remedy }]);
  try {
    const version = ref === null ? {} : { ref };
    const { data } = await github.rest.repos.getContent({ owner, repo, path, ...version });
    if (Array.isArray(data) || data.type !== 'file' || data.size > MAX_BYTES)
      throw invalid('is not a file of at most 64 KiB.', 'Name the file with the defaults.');
    return parseSettings(Buffer.from(data.content, 'base64').toString('utf8'), invalid);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw invalid(
      describeApiError('read the defaults', error, 'contents: read'),
      'The workflow’s own token reads only its own repository and public ones; give `github-token` one that reads this one.',
    );
  }
}

function parseSettings(
  text: string,
  invalid: (message: string, remedy: string) => InputError,
): Map<string, string> {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    const reason = (error as Error).message.split('\n', 1)[0].slice(0, 200);
    throw invalid(`is not valid YAML: ${reason}`, 'Fix the syntax.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('is not a list of inputs.', 'Write lines such as `budget: 10m`.');
  const names = Object.keys(inputDefaults).filter((name) => !EXCLUDED.includes(name));
  return new Map(
    Object.entries(value).map(([name, setting]: [string, unknown]) => {
      if (!names.includes(name)) {
        const close = nearestWord(name, names);
        const guess = close === null ? '' : ` Did you mean \`${close}\`?`;
        throw invalid(
          `sets "${name.slice(0, 60)}", which is not an input that it may set.`,
          `It may set ${names.join(', ')}.${guess}`,
        );
      }
      if (!['string', 'number', 'boolean'].includes(typeof setting))
        throw invalid(
          `sets "${name}" to neither text, a number nor a boolean.`,
          'Write it as in a workflow.',
        );
      return [name, String(setting)];
    }),
  );
}

/** An input that the workflow leaves at its default takes the organization's. */
export function withDefaults(
  input: (name: string) => string,
  shared: ReadonlyMap<string, string>,
): (name: string) => string {
  return (name) => {
    const given = input(name).trim();
    return given === '' || given === inputDefaults[name] ? (shared.get(name) ?? given) : given;
  };
}
