import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** The version, and a digest of the bundle that a probe on the command line runs: what measured, whatever the commit. */
export function programOf(root) {
  const weights = readdirSync(`${root}dist/weights`).sort();
  const hash = createHash('sha256');
  for (const file of ['cli.js', 'worker.js', ...weights.map((name) => `weights/${name}`)])
    hash.update(readFileSync(`${root}dist/${file}`));
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  return `${version}+${hash.digest('hex').slice(0, 12)}`;
}
