import { Buffer } from 'node:buffer';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { InputError } from '../../problem.js';
import { clean } from '../../report/escape.js';
import { strictReport } from '../../report/validate.js';
import { type Accepted, strictStep } from './step.js';

/**
 * The reports in an artifact, and what their step decided. Whoever opened the pull request can have made it: it is read
 * in memory, nothing is unpacked, nothing but `report.json` and `step.json` is opened, and both are taken only when
 * they are as they should be to the last key.
 */

/** Bytes of the artifact as it is downloaded. */
export const largestArtifact = 64 * 1024 * 1024;
const mostEntries = 2000;
const mostReports = 100;
/** Bytes. */
const largestReport = 8 * 1024 * 1024;
const largestTogether = 32 * 1024 * 1024;
/** Uncompressed over compressed bytes; lists of numbers come to about 20. */
const largestRatio = 200;
/** One folder a dataset, when a run measured several. */
const reportPath = /^(?:[^/\\]{1,255}\/)?report\.json$/u;
const stepPath = /^(?:[^/\\]{1,255}\/)?step\.json$/u;

/**
 * Reads `report.json` and `step.json`, or those in each of the folders at the top, in the order of their names.
 * @throws InputError with one sentence saying what is wrong with the artifact.
 */
export async function acceptReports(zip: Uint8Array): Promise<Accepted> {
  if (zip.byteLength > largestArtifact) {
    throw refused(`It has ${zip.byteLength} bytes, more than ${largestArtifact}.`);
  }
  const file = await opened(zip);
  const entries = await wantedEntries(file);
  const accepted: Accepted = { reports: [], steps: [] };
  for (const entry of entries) {
    const { fileName } = entry;
    const bytes = await content(file, entry);
    if (reportPath.test(fileName)) accepted.reports.push(parsed(fileName, 'report', bytes, strictReport));
    else accepted.steps.push(parsed(fileName, 'record of a step', bytes, strictStep));
  }
  return accepted;
}

async function opened(zip: Uint8Array): Promise<ZipFile> {
  try {
    return await fromBufferPromise(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength));
  } catch (error) {
    throw unreadable(error);
  }
}

/** The entries that are reports or records of steps, with every size that they promise checked before any is opened. */
async function wantedEntries(file: ZipFile): Promise<Entry[]> {
  if (file.entryCount > mostEntries) {
    throw refused(`It has ${file.entryCount} entries, more than ${mostEntries}.`);
  }
  const found = new Map<string, Entry>();
  let [together, reports, steps] = [0, 0, 0];
  try {
    for await (const entry of file.eachEntry()) {
      const { fileName, uncompressedSize, compressedSize } = entry;
      if (reportPath.test(fileName)) reports += 1;
      else if (stepPath.test(fileName)) steps += 1;
      else continue;
      if (found.has(fileName)) throw refused(`It has ${clean(fileName, 100)} twice.`);
      if (Math.max(reports, steps) > mostReports) throw refused(`It has more than ${mostReports} reports.`);
      if (uncompressedSize > largestReport) throw tooLarge(fileName, largestReport);
      if (uncompressedSize > largestRatio * Math.max(1, compressedSize)) {
        throw refused(`${clean(fileName, 100)} is packed more tightly than any report.`);
      }
      together += uncompressedSize;
      if (together > largestTogether) throw refused(`Its reports have more than ${largestTogether} bytes.`);
      found.set(fileName, entry);
    }
  } catch (error) {
    throw unreadable(error);
  }
  if (reports === 0) throw refused('It holds no report.json.');
  return [...found.values()].sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
}

/** The bytes of an entry, which are never more than it promised. */
async function content(file: ZipFile, entry: Entry): Promise<Buffer> {
  if (!entry.canDecodeFileData()) {
    throw refused(`${clean(entry.fileName, 100)} is encrypted or packed in a way that is not read.`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of await file.openReadStreamPromise(entry)) {
      bytes += (chunk as Buffer).length;
      if (bytes > largestReport) throw tooLarge(entry.fileName, largestReport);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw unreadable(error);
  }
  return Buffer.concat(chunks);
}

function parsed<T>(name: string, what: string, bytes: Buffer, strict: (value: unknown) => T): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw refused(`${clean(name, 100)} is no JSON in UTF-8.`);
  }
  try {
    return strict(value);
  } catch (error) {
    throw refused(`${clean(name, 100)} is no ${what}: ${(error as Error).message}`);
  }
}

function tooLarge(name: string, most: number): InputError {
  return refused(`${clean(name, 100)} has more than ${most} bytes.`);
}

function unreadable(error: unknown): InputError {
  return error instanceof InputError
    ? error
    : refused(`It is no zip that can be read: ${clean((error as Error).message, 150).replace(/\.$/u, '')}.`);
}

function refused(message: string): InputError {
  return new InputError([
    { file: 'artifact', message, remedy: 'Let the first workflow run again, with the same version.' },
  ]);
}
