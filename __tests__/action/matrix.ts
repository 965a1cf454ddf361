import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { givenInputs, resolved } from './example-workflow.js';
import { type Finished, fromRoot, type Step, type Workspace } from './workspace.js';

/** The workflow that is made to be copied, job by job: its inputs, and folders in place of its artifacts. */

interface Workflow {
  jobs: Record<'plan' | 'shard' | 'merge', { steps: WorkflowStep[] }>;
}

interface WorkflowStep {
  id?: string;
  uses: string;
  with: Partial<Record<string, string | number>> & { path: string };
}

const { jobs } = parse(readFileSync(fromRoot('examples/workflows/headstart-matrix.yml'), 'utf8')) as Workflow;

export class Matrix {
  /** Each artifact is a folder in it. */
  readonly artifacts: string;

  constructor(
    private readonly workspace: Workspace,
    private readonly entry: string,
    private readonly step: Step,
  ) {
    this.artifacts = join(workspace.runner, 'artifacts');
    rmSync(this.artifacts, { recursive: true, force: true });
    mkdirSync(this.artifacts);
  }

  /** Runs one job of the workflow, from its downloads to its upload. */
  async run(job: keyof Workflow['jobs'], shard = 0, change: Partial<Step> = {}): Promise<Finished> {
    const temp = this.workspace.runner;
    const context = {
      runner: { temp },
      matrix: { shard: String(shard) },
      github: { token: this.step.inputs?.['github-token'] ?? '' },
    };
    const resolve = (value: string | number | undefined) => resolved(String(value), context);
    for (const name of ['headstart-plan', 'headstart-shards', 'headstart-report']) {
      rmSync(join(temp, name), { recursive: true, force: true });
    }
    const { steps } = jobs[job];
    const inputsOf = (words: RegExp) => steps.filter(({ uses }) => words.test(uses)).map((step) => step.with);
    for (const { name, pattern, path } of inputsOf(/download-artifact@/)) {
      this.download(String(name ?? pattern), resolve(path));
    }
    const [own] = inputsOf(/headstart@/);
    const texts = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, String(value)]));
    const inputs = givenInputs(texts, context);
    const finished = await this.workspace.run(this.entry, {
      ...this.step,
      ...change,
      inputs: { ...inputs, ...this.step.inputs, ...change.inputs },
    });
    for (const { name, path } of inputsOf(/upload-artifact@/)) {
      if (this.hasOutput(job, finished)) {
        cpSync(resolve(path), join(this.artifacts, resolve(name)), { recursive: true });
      }
    }
    return finished;
  }

  private hasOutput(job: string, { outputs }: Finished): boolean {
    const name = job === 'merge' ? 'report-json' : `${job}-json`;
    return (outputs[name] ?? '') !== '';
  }

  /** One by its name into the folder; several, by a pattern, into a folder each. */
  private download(name: string, folder: string): void {
    mkdirSync(folder, { recursive: true });
    const from = name.endsWith('*') ? this.artifacts : join(this.artifacts, name);
    const wanted = (path: string) =>
      !name.endsWith('*') || path === from || path.startsWith(join(from, name.slice(0, -1)));
    cpSync(from, folder, { recursive: true, filter: wanted });
  }
}
