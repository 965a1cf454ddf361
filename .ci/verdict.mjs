/** Ends with 1 unless `report.json` holds what the README says of an example: `node verdict.mjs report.json example`. */
import { readFileSync } from 'node:fs';
import { exit, argv, stdout } from 'node:process';

/** The side that each example is made for. */
const EXPECTED = { objects: 'transfer', weave: 'scratch' };
const [file, example] = argv.slice(2);
const { schema, status, verdict } = JSON.parse(readFileSync(file, 'utf8'));
const { family, choice, confidence } = verdict;
stdout.write(`${status}: ${family}, ${choice}, confidence ${confidence}; expected: ${EXPECTED[example]}\n`);
exit(schema === 'headstart/report/v1' && status === 'complete' && family === EXPECTED[example] ? 0 : 1);
