/**
 * Names, versions and licences of everything in the bundle that is not ours. `scripts/bundle.mjs` says which
 * packages those are and writes the text to dist/, so it is compared there like every other byte of the bundle.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
const own = (file) => readFileSync(new URL(`notices/${file}`, import.meta.url), 'utf8');
const mit = (copyright) => `${copyright}\n\n${own('mit.txt')}`;

/** Packages that the bundler does not see: they are in the WebAssembly that src/generated/ holds as base64. */
const EMBEDDED = ['@cwasm/jpeg-turbo', '@jsquash/webp', 'assemblyscript'].map((name) => join(modules, name));

/** What is inside the embedded WebAssembly and the bundler's glue; no package carries these texts. */
const INSIDE = [
  {
    title: 'libjpeg-turbo 2.0.4',
    license: 'IJG AND BSD-3-Clause AND Zlib',
    where: 'the WebAssembly of @cwasm/jpeg-turbo',
    text: own('libjpeg-turbo.txt'),
  },
  {
    title: 'libwebp',
    license: 'BSD-3-Clause',
    where: 'the WebAssembly of @jsquash/webp',
    text: readFileSync(join(modules, '@jsquash/webp/codec/LICENSE.codec.md'), 'utf8'),
  },
  {
    title: 'Emscripten',
    license: 'MIT',
    where: 'the loader and the WebAssembly of @jsquash/webp',
    text: mit('Copyright (c) 2010-2014 Emscripten authors, see AUTHORS file.'),
  },
  {
    title: 'musl',
    license: 'MIT',
    where: 'the WebAssembly of @cwasm/jpeg-turbo and of @jsquash/webp',
    text: mit('Copyright © 2005-2020 Rich Felker, et al.'),
  },
  {
    title: 'webpack',
    license: 'MIT',
    where: 'the code that ncc puts between modules',
    text: mit('Copyright JS Foundation and other contributors'),
  },
];

/** Packages that say their licence but carry no text of it in a file of its own. */
const TEXTS = {
  omggif: (folder) => leadingComment(readFileSync(join(folder, 'omggif.js'), 'utf8')),
  '@nodable/entities': () => mit('Copyright (c) Amit Gupta (https://solothought.com)'),
  '@cwasm/jpeg-turbo': () => mit('Copyright (c) the authors of cwasm-jpeg-turbo'),
};

/** THIRD-PARTY-NOTICES.md for the packages in these folders. Throws for a package without a licence. */
export function notices(folders) {
  const parts = unique([...folders, ...EMBEDDED].map(describe).concat(INSIDE));
  const texts = new Map();
  for (const { title, text } of parts) {
    const tidied = tidy(text);
    texts.set(tidied, [...(texts.get(tidied) ?? []), title]);
  }
  return [
    '# Third-party notices',
    'Headstart’s programs hold the software below. Headstart itself is licensed under the Apache License 2.0.',
    'This software is based in part on the work of the Independent JPEG Group.',
    ['| Software | Licence | Where |', '| :-- | :-- | :-- |', ...parts.map(row)].join('\n'),
    ...[...texts].map(([text, titles]) => `## ${titles.join(', ')}\n\n${fence}text\n${text}\n${fence}`),
  ]
    .join('\n\n')
    .concat('\n');
}

const fence = '````';

function row({ title, license, where = 'package' }) {
  return `| ${title} | ${license} | ${where} |`;
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(entry));
  const text = file === undefined ? TEXTS[name]?.(folder) : readFileSync(join(folder, file), 'utf8');
  if (typeof license !== 'string' || text === undefined)
    throw new Error(`${name} ${version} carries no licence.`);
  const notice = join(folder, 'NOTICE');
  const whole = existsSync(notice) ? `${text}\n${readFileSync(notice, 'utf8')}` : text;
  return { title: `${name} ${version}`, license, text: whole };
}

/** By title, each once: the same version of a package may lie in several folders. */
function unique(parts) {
  const byTitle = new Map(parts.map((part) => [part.title, part]));
  return [...byTitle.keys()].sort().map((title) => byTitle.get(title));
}

function tidy(text) {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

function leadingComment(source) {
  const lines = source.split('\n');
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('//')),
    )
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
}
