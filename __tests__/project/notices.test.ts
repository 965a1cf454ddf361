import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bundled = join(root, 'dist', 'THIRD-PARTY-NOTICES.md');
const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'IJG',
  'ISC',
  'MIT',
  'Zlib',
];

/** Packages that the sources import, without those that TypeScript erases. */
function imported(): string[] {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('kernels'))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'));
  const named = sources
    .flatMap((source) => [...source.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^.'][^']*)';/gm)])
    .map(([, specifier]) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    )
    .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
  return [...new Set(named)].sort();
}

// A clone of the sources alone has no bundle; `npm run build` writes one, and the repository holds one.
(existsSync(bundled) ? describe : describe.skip)('dist/THIRD-PARTY-NOTICES.md, when dist/ is there', () => {
  const text = existsSync(bundled) ? readFileSync(bundled, 'utf8') : '';
  const rows = [...text.matchAll(/^\| (.+?) \| (.+?) \| .+ \|$/gm)].slice(2);

  it.each(imported())('names %s, which the sources import, in the version that is installed', (name) => {
    const { version } = JSON.parse(
      readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'),
    ) as { version: string };
    expect(rows.map(([, title]) => title)).toContain(`${name} ${version}`);
  });

  it.each(['libjpeg-turbo 2.0.4', 'libwebp', '@cwasm/jpeg-turbo 0.1.3', 'musl', 'Emscripten'])(
    'names %s, which is inside the WebAssembly',
    (title) => expect(rows.map(([, named]) => named)).toContain(title),
  );

  it('has only licences that allow to pass the bundle on', () => {
    const licences = rows.flatMap(([, , licence]) => licence.replace(/[()]/g, '').split(' AND '));
    expect(licences.length).toBeGreaterThan(20);
    expect(licences.filter((licence) => !PERMISSIVE.includes(licence))).toEqual([]);
  });

  it('has a text for every name', () => {
    const headings = [...text.matchAll(/^## (.+)\n\n````text\n(?=\S)/gm)].flatMap(([, titles]) =>
      titles.split(', '),
    );
    expect(headings.sort()).toEqual(rows.map(([, title]) => title).sort());
  });
});
