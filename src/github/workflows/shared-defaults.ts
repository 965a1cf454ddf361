/** Inputs that an organisation keeps in one repository for all workflows of its others. */
import { parse } from 'yaml';
import { inputDefaults } from '../../generated/inputs.js';
import { InputError, nearestWord } from '../../problem.js';
import type { GitHub } from '../client.js';
import { explain } from '../api-errors.js';

/** Where the file of defaults is: `owner/name`, `owner/name:path` or `owner/name:path@ref`. */
export interface DefaultsPlace {
  owner: string;
  repo: string;
  path: string;
  /** null: the default branch. */
  ref: string | null;
}

const FILE = 'headstart.yml';
/** Bytes. */
const LARGEST = 65_536;
/** What says who posts, and where the defaults are, is the workflow's own. */
const OWN = ['github-token', 'defaults', 'mode', 'plan', 'shard', 'shards-from'];

/** @throws InputError for anything but such a place. */
export function parseDefaults(text: string): DefaultsPlace {
  const match = /^([\w.-]{1,100})\/([\w.-]{1,100})(?::([\w./-]{1,200}?))?(?:@([\w./-]{1,200}))?$/u.exec(text);
  if (match === null || text.includes('..')) {
    throw new InputError([
      {
        file: '',
        message: `"${text.slice(0, 80)}" names no repository.`,
        remedy: 'Write OWNER/REPOSITORY, or OWNER/REPOSITORY:path/of/the/file.yml.',
      },
    ]);
  }
  const [, owner, repo, path = FILE, ref = null] = match as unknown as [
    string,
    string,
    string,
    string | undefined,
    string | undefined,
  ];
  return { owner, repo, path, ref };
}

/**
 * The inputs that the file sets.
 * @throws InputError when it cannot be read, or sets what is no input.
 */
export async function readDefaults(
  github: GitHub,
  { owner, repo, path, ref }: DefaultsPlace,
): Promise<Map<string, string>> {
  const file = `${owner}/${repo}:${path}`;
  const wrong = (message: string, remedy: string) => new InputError([{ file, message, remedy }]);
  let text: string;
  try {
    const { data } = await github.rest.repos.getContent({
      owner,
      repo,
      path,
      ...(ref === null ? {} : { ref }),
    });
    if (Array.isArray(data) || data.type !== 'file' || data.size > LARGEST) {
      throw wrong('is no file of at most 64 KiB.', 'Name the file with the defaults.');
    }
    text = Buffer.from(data.content, 'base64').toString('utf8');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw wrong(
      explain('read the defaults', error, 'contents: read'),
      'The workflow’s own token reads its own repository and public ones; give `github-token` one that reads this.',
    );
  }
  return settings(text, wrong);
}

function settings(text: string, wrong: (message: string, remedy: string) => InputError): Map<string, string> {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw wrong(`is no YAML: ${(error as Error).message.split('\n', 1)[0].slice(0, 200)}`, 'Mend it.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong('is no list of inputs.', 'Write lines such as `budget: 10m`.');
  }
  const names = Object.keys(inputDefaults).filter((name) => !OWN.includes(name));
  return new Map(
    Object.entries(value).map(([name, setting]: [string, unknown]) => {
      if (!names.includes(name)) {
        const close = nearestWord(name, names);
        const guess = close === null ? '' : ` Did you mean \`${close}\`?`;
        throw wrong(
          `sets "${name.slice(0, 60)}", which is no input that it may set.`,
          `It may set ${names.join(', ')}.${guess}`,
        );
      }
      if (!['string', 'number', 'boolean'].includes(typeof setting)) {
        throw wrong(`sets "${name}" to no text, number or truth value.`, 'Write it as in a workflow.');
      }
      return [name, String(setting)];
    }),
  );
}

/** An input that the workflow leaves at its default takes that of the organisation. */
export function withDefaults(
  input: (name: string) => string,
  shared: ReadonlyMap<string, string>,
): (name: string) => string {
  return (name) => {
    const given = input(name).trim();
    return given === '' || given === inputDefaults[name] ? (shared.get(name) ?? given) : given;
  };
}
