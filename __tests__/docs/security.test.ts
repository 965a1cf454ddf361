import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { read, root } from './sources.js';

const text = read('docs/security.md');

/** Rows of the tables of threats. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Attacker') && !line.startsWith('| :--'))
  .map((line) => line.slice(2, -2).split(' | '));

/** A test file with the titles that stand behind it. */
function testsIn(cell: string): { file: string; titles: string[] }[] {
  return [...cell.matchAll(/`(__tests__\/[\w/.-]+\.test\.ts)`((?: "[^"]+",?)*)/gu)].map(
    ([, file, titles]) => ({
      file,
      titles: [...titles.matchAll(/"([^"]+)"/gu)].map(([, title]) => title),
    }),
  );
}

describe('docs/security.md', () => {
  it('has threats, and for each a test or the word that there is none', () => {
    expect(rows.length).toBeGreaterThan(25);
    for (const row of rows) {
      expect(row).toHaveLength(4);
      expect(row[3]).toMatch(/^(?:`__tests__\/.*"|No test: \S.*)$/u);
    }
  });

  it.each(rows.flatMap(([, , , cell]) => testsIn(cell)).map((test) => [test.file, test.titles]))(
    'names %s and titles that stand in it: %j',
    (file, titles) => {
      expect(existsSync(join(root, file as string))).toBe(true);
      const source = read(file as string);
      expect(titles).not.toEqual([]);
      for (const title of titles as string[]) {
        const quoted = title.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
        expect([title, new RegExp(`\\(\\s*['"\`]${quoted}['"\`],`, 'u').test(source)]).toEqual([title, true]);
      }
    },
  );

  it('is found from SECURITY.md and README.md', () => {
    for (const document of ['SECURITY.md', 'README.md'])
      expect(read(document)).toContain('](docs/security.md)');
  });
});

describe('what may write to Actions', () => {
  const calledIn = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [...read(join(folder, name)).matchAll(/\.rest\.actions\.(\w+)/gu)])
      .map(([, call]) => call)
      .filter((call) => !/^(?:get|list|download)/u.test(call));

  it('ends runs for cancel, dispatches as an app, and calls nothing else that the right allows', () => {
    expect([...calledIn('src/github'), ...calledIn('src/action')]).toEqual(['cancelWorkflowRun']);
    expect(calledIn('src/bot')).toEqual(['createWorkflowDispatch']);
  });
});
