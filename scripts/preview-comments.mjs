/**
 * Renders the nine states of the comment from the reports of the tests, whose figures are made up. Needs
 * `npm run compile` first.
 *
 *     node scripts/preview-comments.mjs                  # writes docs/samples/
 *     node scripts/preview-comments.mjs --out <folder>   # the same files elsewhere
 *     node scripts/preview-comments.mjs --html <folder>  # a page a state, to look at in a browser
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { transformFileSync } from '@swc/core';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

const root = new URL('../', import.meta.url);
const { out, html } = parseArgs({ options: { out: { type: 'string' }, html: { type: 'string' } } }).values;
const states = await statesOfTheTests();

if (html !== undefined) {
  mkdirSync(html, { recursive: true });
  for (const [name, { markdown }] of Object.entries(states))
    writeFileSync(join(html, `${name}.html`), page(name, markdown));
} else {
  const folder = out ?? fileURLToPath(new URL('docs/samples/', root));
  mkdirSync(folder, { recursive: true });
  for (const [name, { markdown }] of Object.entries(states))
    writeFileSync(join(folder, `${name}.md`), markdown);
  writeFileSync(join(folder, 'README.md'), list());
}

/** The table of `__tests__/report/states.ts`, on what is compiled. */
async function statesOfTheTests() {
  const folder = mkdtempSync(join(tmpdir(), 'headstart-preview-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const name of ['fixture', 'states']) {
      const { code } = transformFileSync(fileURLToPath(new URL(`__tests__/report/${name}.ts`, root)), {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
      });
      writeFileSync(
        join(folder, `${name}.js`),
        code.replaceAll(/(from ["'])\.\.\/\.\.\/src\//gu, `$1${new URL('build/', root).href}`),
      );
    }
    return (await import(pathToFileURL(join(folder, 'states.js')).href)).states;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function list() {
  const lines = Object.entries(states).map(([name, { when }]) => `| [${name}](${name}.md) | ${when} |`);
  return `# The states of the comment

Written by \`node scripts/preview-comments.mjs\` from the reports that the tests render. **Every number, class, file and commit in these files is made up.** [docs/comment.md](../comment.md) says what each part means.

| State | When |
| :-- | :-- |
${lines.join('\n')}
`;
}

/** As GitHub shows it, near enough to see what wraps and what scrolls. */
function page(name, markdown) {
  const css = readFileSync(new URL('preview-comments.css', import.meta.url), 'utf8');
  const body = micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${name}</title>
<style>${css}</style>
<main>
<article>
${withBreaks(body)}
</article>
</main>
</html>
`;
}

/** In comments GitHub breaks every line of a paragraph. */
function withBreaks(body) {
  return body.replaceAll(/<p>[^]*?<\/p>/gu, (paragraph) =>
    paragraph.replaceAll(/(?<!<br \/>)\n/gu, '<br />\n'),
  );
}
