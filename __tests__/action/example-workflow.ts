import { parse } from 'yaml';
import { read } from '../docs/sources.js';

/** A workflow of examples/workflows/, as far as running its step takes it. */
export interface ExampleWorkflow {
  name: string;
  on: Record<string, unknown>;
  /** Inputs of the step that is Headstart's, as they are written. */
  with: Record<string, string>;
}

interface Written {
  name: string;
  on: Record<string, unknown>;
  jobs: Record<string, { steps: { uses?: string; with?: Record<string, unknown> }[] }>;
}

/** The step of Headstart in the file; where another only answers, the one beside a checkout. */
export function exampleWorkflow(file: string): ExampleWorkflow {
  const { name, on, jobs } = parse(read(`examples/workflows/${file}`)) as Written;
  const isOurs = ({ uses }: { uses?: string }) => uses?.includes('/headstart@') === true;
  const all = Object.values(jobs);
  const measuring = all.filter(({ steps }) =>
    steps.some(({ uses }) => uses?.startsWith('actions/checkout@')),
  );
  const step = [...measuring, ...all].flatMap(({ steps }) => steps).find(isOurs);
  if (step === undefined) throw new Error(`${file} has no step of Headstart.`);
  const inputs = Object.entries(step.with ?? {}).map(([key, value]) => [key, String(value)]);
  return { name, on, with: Object.fromEntries(inputs) as Record<string, string> };
}

/**
 * The inputs as GitHub gives them to the step: those of the workflow over the defaults of action.yml, with what stands
 * in `${{ }}` looked up by its dotted path, or the text behind `||` where it is empty.
 * @throws Error for an expression that is more than that, or whose value is not in the context.
 */
export function givenInputs(
  written: Record<string, string>,
  context: Record<string, unknown>,
): Record<string, string> {
  const { inputs } = parse(read('action.yml')) as { inputs: Record<string, { default?: string }> };
  const defaults = Object.entries(inputs).map(([name, input]) => [name, input.default ?? '']);
  const all = Object.entries({ ...Object.fromEntries(defaults), ...written } as Record<string, string>);
  return Object.fromEntries(all.map(([name, text]) => [name, resolved(text, context)]));
}

/** A text with what stands in `${{ }}` looked up. */
export function resolved(text: string, context: Record<string, unknown>): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/gu, (_, expression: string) => {
    const match = /^([\w-]+(?:\.[\w-]+)+)(?: \|\| '([^']*)')?$/u.exec(expression);
    if (match === null) throw new Error(`What is \${{ ${expression} }}?`);
    const [, path, otherwise] = match as unknown as [string, string, string | undefined];
    const value = path
      .split('.')
      .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], context);
    if (typeof value !== 'string') throw new Error(`\${{ ${expression} }} has no value here.`);
    return value === '' ? (otherwise ?? '') : value;
  });
}
