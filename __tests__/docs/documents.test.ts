import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FINDING_IDS } from '../../src/checks/run-checks.js';
import { BACKBONES, parseCommand } from '../../src/github/commands/command.js';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readManifest } from '../../src/dataset/describe/read-manifest.js';
import { read, root } from './sources.js';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/manifest.md',
  'docs/cli.md',
  'docs/commands.md',
  'docs/comment.md',
  'docs/samples/README.md',
  'docs/architecture.md',
  'docs/bot.md',
  'docs/forks.md',
  'docs/organisations.md',
  'docs/scale-out.md',
  'docs/security.md',
  'src/README.md',
  'scripts/pretrain/README.md',
];

describe('README.md', () => {
  it('has the tables that action.yml gives', () => {
    const generate = () =>
      execFileSync(process.execPath, [join(root, 'scripts/generate-readme-tables.mjs'), '--check']);
    expect(generate).not.toThrow();
    const { inputs, outputs } = parse(read('action.yml')) as Record<'inputs' | 'outputs', object>;
    for (const name of [...Object.keys(inputs), ...Object.keys(outputs)])
      expect(read('README.md')).toContain(`| \`${name}\` |`);
  });

  it('has every option of probe that docs/cli.md has', () => {
    const probe =
      read('docs/cli.md')
        .split('\n## ')
        .find((part) => part.startsWith('`probe')) ?? '';
    const options = optionsIn(
      probe
        .split('\n')
        .filter((line) => line.startsWith('| `--'))
        .join('\n'),
    );
    expect(options.length).toBeGreaterThan(5);
    for (const option of options) expect(read('README.md')).toContain(`| \`${option}`);
  });
});

describe('docs/cli.md', () => {
  it('has every finding that the checks have', () => {
    const told = [...read('docs/cli.md').matchAll(/^\| `([a-z-]+)` \|.*(?:stops|weakens|informs).*\|$/gm)];
    expect(told.map(([, id]) => id).sort()).toEqual([...FINDING_IDS].sort());
  });

  const commands = commandsOf(
    ['cli/probe-commands', 'cli/report-commands', 'cli'].map((name) => read(`src/${name}.ts`)).join('\n'),
  );
  // The commands below `engine` share its section.
  commands.set('engine', optionsIn(read('src/cli/engine-commands.ts')));
  const sections = new Map(
    read('docs/cli.md')
      .split('\n## ')
      .slice(1)
      .map((part) => [/^`(\w+)/.exec(part)?.[1] ?? '', part]),
  );

  it('finds the commands in the sources', () => {
    expect([...commands.keys()]).toEqual(['probe', 'inspect', 'analyze', 'render', 'bot', 'engine']);
  });

  it.each([...commands])('has the options of %s, and no others', (name, options) => {
    const table = (sections.get(name) ?? '').split('\n').filter((line) => line.startsWith('| `--'));
    const documented = table.map((line) => /^\| `(--[\w-]+[^`]*)`/.exec(line)?.[1]);
    expect(documented.sort()).toEqual(options.sort());
  });
});

describe('docs/comment.md', () => {
  it('has the inputs with the defaults that action.yml gives them', () => {
    const { inputs } = parse(read('action.yml')) as { inputs: Record<string, { default: string }> };
    const rows = [...read('docs/comment.md').matchAll(/^\| `([a-z-]+)` \| (?:`([^`]*)` )?\|/gmu)];
    expect(rows.length).toBeGreaterThan(4);
    for (const [, name, value = ''] of rows) expect([name, inputs[name].default]).toEqual([name, value]);
  });
});

describe('docs/manifest.md', () => {
  const text = read('docs/manifest.md');

  it.each(keysIn(read('schemas/manifest.schema.json')))('explains %s', (key) => {
    expect(text).toMatch(new RegExp(`\`${key}\``));
  });

  it('has examples that are manifests', () => {
    const examples = [...text.matchAll(/```yaml\n([^`]*)```/g)]
      .map(([, example]) => example)
      .filter((example) => /^\w/m.test(example));
    expect(examples.length).toBeGreaterThan(4);
    for (const example of examples) {
      const whole = example.includes('schema: headstart/v1') ? example : `schema: headstart/v1\n${example}`;
      expect(() => readManifest(Buffer.from(whole), 'example.headstart.yaml')).not.toThrow();
    }
  });

  it('shares its first example with a manifest that sets every key', () => {
    const whole = /```yaml\n(schema: [^`]*)```/.exec(text)?.[1] ?? '';
    const set = Object.keys(parse(whole) as object);
    const { properties } = JSON.parse(read('schemas/manifest.schema.json')) as { properties: object };
    const all = Object.keys(properties);
    expect(all.filter((key) => !set.includes(key)).sort()).toEqual(['groups', 'test', 'train', 'val']);
  });
});

describe('docs/commands.md', () => {
  const text = read('docs/commands.md');

  it('has every backbone that a comment may name', () => {
    const row = text.split('\n').find((line) => line.startsWith('| `backbone=')) ?? '';
    for (const name of BACKBONES) expect(row).toContain(`\`${name}\``);
  });

  it('has commands that are understood', () => {
    const commands = [...text.matchAll(/^\| `(\/headstart \w+)/gmu)].map(
      ([, line]) => parseCommand(line).kind,
    );
    expect(commands).toEqual(['probe', 'explain', 'inspect', 'cancel', 'help']);
    const options = [...text.matchAll(/^\| `((?:\w+=|@)[^`]+)`/gmu)].map(([, option]) => option);
    expect(parseCommand(`/headstart probe ${options.join(' ')}`)).toMatchObject({ kind: 'probe' });
    expect(options).toHaveLength(5);
  });
});

describe('src/README.md', () => {
  it('names every folder in the order that lint enforces', () => {
    const order = /const order = \[([^\]]*)\]/.exec(read('eslint.config.js'))?.[1] ?? '';
    const folders = [...order.matchAll(/'(\w+)'/g)].map(([, name]) => name).filter((name) => name !== 'bot');
    expect(folders).toHaveLength(11);
    expect(read('src/README.md')).toContain(folders.join(' → '));
    expect(read('docs/architecture.md')).toContain([...folders, 'bot'].join(' → '));
  });
});

describe('the model card', () => {
  it('has the weights’ hash and held-out accuracy', () => {
    const { sha256, heldOutAccuracy } = JSON.parse(read('src/backbone/weights/embedded.json')) as {
      sha256: string;
      heldOutAccuracy: number;
    };
    expect(read('scripts/pretrain/README.md')).toContain(sha256);
    expect(read('scripts/pretrain/README.md')).toContain(`${(100 * heldOutAccuracy).toFixed(1)} %`);
  });
});

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => link);
    const broken = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(broken).toEqual([]);
  });

  it('names only tests, scripts and sources that are there', () => {
    const named = [...text.matchAll(/`((?:__tests__|scripts|src|schemas)\/[\w./-]+\.\w+)`/g)].map(
      ([, path]) => path,
    );
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

/** Options as the sources declare them, by command. */
function commandsOf(source: string): Map<string, string[]> {
  const parts = source.split(/\.command\('/).slice(1);
  return new Map(parts.map((part) => [/^\w+/.exec(part)?.[0] ?? '', optionsIn(part)]));
}

/** `--name <value>` wherever it is written between quotes or backticks. */
function optionsIn(text: string): string[] {
  return [...text.matchAll(/['`](--[a-z][\w-]*(?: <[^>]*>)?)['`]/g)].map(([, option]) => option);
}

/** All names of properties in a JSON Schema. */
function keysIn(text: string): string[] {
  const keys = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'properties') Object.keys(inner as object).forEach((name) => keys.add(name));
      visit(inner);
    }
  };
  visit(JSON.parse(text));
  return [...keys].sort();
}
