import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
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
  'docs/action.md',
  'docs/backbones.md',
  'docs/manifest.md',
  'docs/cli.md',
  'docs/commands.md',
  'docs/comment.md',
  'docs/samples/README.md',
  'docs/architecture.md',
  'docs/bot.md',
  'docs/engines.md',
  'docs/faq.md',
  'docs/forks.md',
  'docs/glossary.md',
  'docs/organizations.md',
  'docs/recipe.md',
  'docs/scale-out.md',
  'docs/security.md',
  'docs/trials.md',
  'docs/where.md',
  'src/README.md',
  'scripts/pretrain/README.md',
];

describe('README.md', () => {
  const text = read('README.md');

  it('has at most 1,200 words', () => {
    expect(text.split(/\s+/u).filter(Boolean).length).toBeLessThanOrEqual(1200);
  });

  it('links to every page of the documentation', () => {
    const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
    for (const page of pages) expect(text).toContain(`](docs/${page}`);
  });
});

describe('docs/action.md', () => {
  const { inputs, outputs } = parse(read('action.yml')) as Record<'inputs' | 'outputs', object>;

  it('has the tables that action.yml gives', () => {
    const check = () =>
      execFileSync(process.execPath, [join(root, 'scripts/generate-action-tables.mjs'), '--check']);
    expect(check).not.toThrow();
    for (const name of [...Object.keys(inputs), ...Object.keys(outputs)])
      expect(read('docs/action.md')).toContain(`| \`${name}\` |`);
  });

  it('has a remark on inputs that there are only', () => {
    const remarks = [...read('docs/action.md').matchAll(/^- \*\*`([a-z-]+)/gmu)].map(([, name]) => name);
    expect(remarks.length).toBeGreaterThan(3);
    expect(remarks.filter((name) => !(name in inputs))).toEqual([]);
  });

  it('has every workflow to copy', () => {
    for (const file of readdirSync(join(root, 'examples/workflows')))
      expect(read('docs/action.md')).toContain(`](../examples/workflows/${file})`);
  });
});

describe('docs/cli.md', () => {
  it('has every finding that the checks have', () => {
    const told = [...read('docs/cli.md').matchAll(/^\| `([a-z-]+)` \|.*(?:stops|weakens|informs).*\|$/gm)];
    expect(told.map(([, id]) => id).sort()).toEqual([...FINDING_IDS].sort());
  });

  const commands = commandsOf(
    ['cli/probe', 'cli/inspect', 'cli/analyze', 'cli/render', 'cli']
      .map((name) => read(`src/${name}.ts`))
      .join('\n'),
  );
  // The commands below `engine` share its section.
  commands.set('engine', optionsIn(read('src/cli/engine.ts')));
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
  const text = read('src/README.md');
  const order = /const order = \[([^\]]*)\]/.exec(read('eslint.config.js'))?.[1] ?? '';
  const folders = [...order.matchAll(/'(\w+)'/g)].map(([, name]) => name);
  const entries = readdirSync(join(root, 'src'), { withFileTypes: true });

  it('has every folder, in the order that lint enforces', () => {
    expect([...text.matchAll(/^\| `(\w+)\/` \|/gmu)].map(([, name]) => name)).toEqual(folders);
    expect(read('docs/architecture.md')).toContain(folders.join(' → '));
    for (const entry of entries.filter((one) => one.isDirectory())) expect(folders).toContain(entry.name);
  });

  it('has every file beside the folders', () => {
    for (const { name } of entries.filter((one) => one.isFile() && one.name.endsWith('.ts')))
      expect(text).toContain(`\`${name}\``);
  });

  it('names only files that are there, in three flows of at most 14', () => {
    const flows = [...text.matchAll(/^\*\*An? .*:\*\* (.*)$/gmu)].map(([, flow]) => filesIn(flow));
    expect(flows).toHaveLength(3);
    for (const files of flows) {
      expect(files.length).toBeLessThanOrEqual(14);
      expect(files.filter((file) => !existsSync(join(root, 'src', file)))).toEqual([]);
    }
  });
});

describe('docs/where.md', () => {
  const rows = [...read('docs/where.md').matchAll(/^\| (.+\?) \| `(.+)` \|$/gmu)];

  it('has twenty questions, each with a file that is there', () => {
    expect(rows).toHaveLength(20);
    expect(rows.map(([, , file]) => file).filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

describe('docs/glossary.md', () => {
  it('has thirty terms in order, each once', () => {
    const terms = [...read('docs/glossary.md').matchAll(/^\| \*\*(.+)\*\* \|/gmu)].map(([, term]) => term);
    expect(terms).toHaveLength(30);
    expect(terms).toEqual([...new Set(terms)].sort());
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

/** Paths of TypeScript files between backticks. */
function filesIn(text: string): string[] {
  return [...text.matchAll(/`([\w./-]+\.ts)`/gu)].map(([, path]) => path);
}

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
