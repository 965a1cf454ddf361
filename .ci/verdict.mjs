/** Ends with 1 unless `report.json` is whole and has a verdict: `node verdict.mjs report.json seconds`. */
import { readFileSync } from 'node:fs';
import { exit, argv, stdout } from 'node:process';

const FAMILIES = ['transfer', 'scratch', 'equivalent', 'inconclusive'];
const [file, seconds] = argv.slice(2);
const { schema, status, verdict } = JSON.parse(readFileSync(file, 'utf8'));
stdout.write(
  `${status}: ${verdict.family}, ${verdict.choice}, confidence ${verdict.confidence}, after ${seconds} s\n`,
);
exit(schema === 'headstart/report/v1' && status === 'complete' && FAMILIES.includes(verdict.family) ? 0 : 1);
