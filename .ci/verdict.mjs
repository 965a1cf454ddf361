/** Ends with 1 unless `report.json` holds a whole report with a verdict: `node verdict.mjs report.json seconds`. */
import { readFileSync } from 'node:fs';

const [file, seconds] = process.argv.slice(2);
const { schema, status, verdict } = JSON.parse(readFileSync(file, 'utf8'));
const families = ['transfer', 'scratch', 'equivalent', 'inconclusive'];
console.log(`${status}: ${verdict.family}, ${verdict.choice}, confidence ${verdict.confidence}, after ${seconds} s`);
if (schema !== 'headstart/report/v1' || status !== 'complete' || !families.includes(verdict.family)) process.exitCode = 1;
