/** Reads the workflows on the default branch: which one answers comments, and which one posts for forks. */
import { parse } from 'yaml';
import { prose } from '../report/escape.js';
import { isGone } from './api-errors.js';
import type { GitHub } from './client.js';
import { at, type Repository } from './events/event.js';

const FOLDER = '.github/workflows';
/** Each is a request, and all runs of a repository share 1,000 an hour. */
const MAX_FILES = 5;
const MAX_BYTES = 200_000;

/**
 * The workflows on the default branch, the most likely first.
 * @throws what GitHub refuses; Error at the end when there are more workflows than are read.
 */
export async function* workflows(
  github: GitHub,
  repository: Repository,
): AsyncGenerator<{ path: string; text: string }> {
  const paths = await workflowFiles(github, repository);
  for (const path of paths.slice(0, MAX_FILES)) yield { path, text: await textOf(github, repository, path) };
  if (paths.length > MAX_FILES) throw new Error(`There are more than ${MAX_FILES} workflows.`);
}

/** Null when it is not valid YAML. */
export function parsedWorkflow(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch {
    return null;
  }
}

/** Sorted by name: first those of Headstart, then those about comments. */
async function workflowFiles(github: GitHub, repository: Repository): Promise<string[]> {
  const { data } = await github.rest.repos.getContent({ ...repository, path: FOLDER });
  if (!Array.isArray(data)) return [];
  return data
    .filter(({ type, name, size }) => type === 'file' && /\.ya?ml$/u.test(name) && size <= MAX_BYTES)
    .map(({ name }) => `${FOLDER}/${name}`)
    .sort((a, b) => likelihood(b) - likelihood(a));
}

function likelihood(path: string): number {
  if (/headstart/iu.test(path)) return 2;
  return /bot|comment|command/iu.test(path) ? 1 : 0;
}

async function textOf(github: GitHub, repository: Repository, path: string): Promise<string> {
  const { data } = await github.rest.repos.getContent({ ...repository, path });
  if (Array.isArray(data) || data.type !== 'file' || !('content' in data)) return '';
  return Buffer.from(data.content, 'base64').toString('utf8').slice(0, MAX_BYTES);
}

/** Whether a workflow on the default branch runs for comments and their edits, and mentions Headstart. */
export async function listensToComments(github: GitHub, repository: Repository): Promise<boolean> {
  try {
    for await (const { text } of workflows(github, repository)) {
      if (/headstart/iu.test(text) && runsOnEdits(parsedWorkflow(text))) return true;
    }
    return false;
  } catch {
    return false;
  }
}

/** Ticking a box is an edit. Without `types` a workflow runs for all of them. */
function runsOnEdits(workflow: unknown): boolean {
  const on = at(workflow, 'on');
  if (on === 'issue_comment' || (Array.isArray(on) && on.includes('issue_comment'))) return true;
  const comments = at(on, 'issue_comment');
  const types = at(comments, 'types');
  return comments !== undefined && (types === undefined || [types].flat().includes('edited'));
}

/**
 * The workflow that posts for runs from forks, which may not post themselves. Without it nothing would happen, so the
 * first run looks for it and reports what it finds. `mismatched`: it waits for workflows of other names.
 */
export type SecondWorkflow = 'listening' | 'mismatched' | 'missing' | 'unknown';

const EXAMPLE = 'examples/workflows/headstart-comment.yml';

/** Looks for it on the default branch; never throws. `workflow` is the name of the first workflow. */
export async function findSecondWorkflow(
  github: GitHub,
  repository: Repository,
  workflow: string,
): Promise<SecondWorkflow> {
  let found: SecondWorkflow = 'missing';
  try {
    for await (const { text } of workflows(github, repository)) {
      const state = stateOf(text, workflow);
      if (state === 'listening') return state;
      if (state === 'mismatched') found = state;
    }
    return found;
  } catch (error) {
    // Git keeps no empty folders: a folder that is gone has no workflows.
    return isGone(error) || found === 'mismatched' ? found : 'unknown';
  }
}

function stateOf(text: string, workflow: string): SecondWorkflow {
  if (!/^[^#\n]*\bworkflow_run\b/mu.test(text) || !/^[^#\n]*\bmode:\s*['"]?comment\b/mu.test(text))
    return 'missing';
  const names = at(parsedWorkflow(text), 'on', 'workflow_run', 'workflows');
  if (names === undefined) return 'listening';
  return [names].flat().includes(workflow) ? 'listening' : 'mismatched';
}

/** What the log and the job summary of the first run say. */
export function waitingFor(state: SecondWorkflow, workflow: string): string {
  switch (state) {
    case 'listening':
      return 'The second workflow, on the default branch, will check the result and post it. Until then it is in the job summary.';
    case 'mismatched':
      return `The result is not posted: the second workflow on the default branch waits for workflows of other names. Add "${workflow}" to its \`workflows\`. The result is in the job summary and in the artifact.`;
    case 'missing':
      return `The result is not posted: the second workflow is missing on the default branch. Copy ${EXAMPLE} of Headstart to ${FOLDER}/headstart-comment.yml there. The result is in the job summary and in the artifact.`;
    case 'unknown':
      return `If there is a second workflow on the default branch (${EXAMPLE} of Headstart), it will check the result and post it. The result is in the job summary and in the artifact.`;
  }
}

/** The same for the job summary. */
export function waitingMarkdown(state: SecondWorkflow, workflow: string): string {
  const icon = state === 'listening' || state === 'unknown' ? '⏳' : '🟡';
  return `${icon} **Headstart has measured.** ${prose(waitingFor(state, workflow))}`;
}
