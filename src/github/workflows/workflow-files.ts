import { parse } from 'yaml';
import type { GitHub } from '../client.js';
import type { Repository } from '../events/event.js';

export const workflowFolder = '.github/workflows';
/** Each is a request, of which all runs of the repository together have 1,000 an hour. */
const mostFiles = 5;
/** Bytes. */
const largestFile = 200_000;

/**
 * The workflows on the default branch, the likeliest first.
 * @throws what GitHub answers when it does not show them; Error at the end, where there are more than are read.
 */
export async function* workflowTexts(github: GitHub, repository: Repository): AsyncGenerator<string> {
  for await (const { text } of workflows(github, repository)) yield text;
}

/** The same, each with its path. */
export async function* workflows(
  github: GitHub,
  repository: Repository,
): AsyncGenerator<{ path: string; text: string }> {
  const paths = await workflowFiles(github, repository);
  for (const path of paths.slice(0, mostFiles)) yield { path, text: await textOf(github, repository, path) };
  if (paths.length > mostFiles) throw new Error(`There are more than ${mostFiles} workflows.`);
}

/** A workflow as YAML; null where it is none. */
export function parsedWorkflow(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch {
    return null;
  }
}

/** Paths of the workflow files, those first that are called after Headstart, then those after what they listen to. */
async function workflowFiles(github: GitHub, repository: Repository): Promise<string[]> {
  const { data } = await github.rest.repos.getContent({ ...repository, path: workflowFolder });
  if (!Array.isArray(data)) return [];
  return data
    .filter(({ type, name, size }) => type === 'file' && /\.ya?ml$/u.test(name) && size <= largestFile)
    .map(({ name }) => `${workflowFolder}/${name}`)
    .sort((a, b) => likelihood(b) - likelihood(a));
}

function likelihood(path: string): number {
  if (/headstart/iu.test(path)) return 2;
  return /bot|comment|command/iu.test(path) ? 1 : 0;
}

async function textOf(github: GitHub, repository: Repository, path: string): Promise<string> {
  const { data } = await github.rest.repos.getContent({ ...repository, path });
  if (Array.isArray(data) || data.type !== 'file' || !('content' in data)) return '';
  return Buffer.from(data.content, 'base64').toString('utf8').slice(0, largestFile);
}
