import { parse } from 'yaml';
import { read } from './sources.js';

/** A workflow file, as far as the tests look into it. */
export interface Workflow {
  name: string;
  on: Record<string, unknown> | string;
  permissions?: Record<string, string>;
  concurrency?: Concurrency;
  jobs: Record<string, Job>;
}

export interface Job {
  'runs-on': string;
  'timeout-minutes'?: number;
  if?: string;
  needs?: string | string[];
  outputs?: Record<string, string>;
  permissions?: Record<string, string>;
  concurrency?: Concurrency;
  steps: Step[];
}

export interface Step {
  id?: string;
  uses?: string;
  if?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

interface Concurrency {
  group: string;
  'cancel-in-progress'?: boolean | string;
}

export function workflowIn(file: string): Workflow {
  return parse(read(file)) as Workflow;
}

export function stepsOf({ jobs }: Workflow): Step[] {
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

/** Steps that run this action: from the repository itself, or from wherever a user has it. */
export function ours(steps: readonly Step[]): Step[] {
  return steps.filter(({ uses }) => uses === './' || uses?.includes('/headstart@') === true);
}

export function checkoutsIn(steps: readonly Step[]): Step[] {
  return steps.filter(({ uses }) => uses?.startsWith('actions/checkout@') === true);
}
