import { parse } from 'yaml';
import type { GitHub } from './client.js';
import type { Repository } from './event.js';

export const workflowFolder = '.github/workflows';
const mostFiles = 40;
/** Bytes. */
const largestFile = 200_000;

/**
 * The workflows on the default branch, those first that are called after Headstart.
 * @throws what GitHub answers when it does not show them.
 */
export async function* workflowTexts(github: GitHub, repository: Repository): AsyncGenerator<string> {
  for await (const { text } of workflows(github, repository)) yield text;
}

/** The same, each with its path. */
export async function* workflows(
  github: GitHub,
  repository: Repository,
): AsyncGenerator<{ path: string; text: string }> {
  for (const path of await workflowFiles(github, repository))
    yield { path, text: await textOf(github, repository, path) };
}

/** A workflow as YAML; null where it is none. */
export function parsedWorkflow(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch {
    return null;
  }
}

/** Paths of the workflow files, those first that are called after Headstart. */
async function workflowFiles(github: GitHub, repository: Repository): Promise<string[]> {
  const { data } = await github.rest.repos.getContent({ ...repository, path: workflowFolder });
  if (!Array.isArray(data)) return [];
  return data
    .filter(({ type, name, size }) => type === 'file' && /\.ya?ml$/u.test(name) && size <= largestFile)
    .map(({ name }) => `${workflowFolder}/${name}`)
    .sort((a, b) => Number(/headstart/iu.test(b)) - Number(/headstart/iu.test(a)))
    .slice(0, mostFiles);
}

async function textOf(github: GitHub, repository: Repository, path: string): Promise<string> {
  const { data } = await github.rest.repos.getContent({ ...repository, path });
  if (Array.isArray(data) || data.type !== 'file' || !('content' in data)) return '';
  return Buffer.from(data.content, 'base64').toString('utf8').slice(0, largestFile);
}
