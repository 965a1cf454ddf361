/**
 * Unpacks the reports in an artifact. The author of the pull request may have forged it, so it is read in memory, only
 * `report.json` and `step.json` are opened, and both are validated strictly.
 */
import { Buffer } from 'node:buffer';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { InputError } from '../../problem.js';
import { clean } from '../../report/escape.js';
import { strictReport } from '../../report/validate.js';
import { type MeasuredReports, strictStep } from './step-record.js';

/** Size of the zip file. */
export const MAX_ARTIFACT_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 2000;
const MAX_REPORTS = 100;
const MAX_REPORT_BYTES = 8 * 1024 * 1024;
const MAX_TOTAL_BYTES = 32 * 1024 * 1024;
/** Uncompressed over compressed bytes. Lists of numbers reach about 20. */
const MAX_RATIO = 200;
/** A run that measured several datasets has a folder for each. */
const REPORT_PATH = /^(?:[^/\\]{1,255}\/)?report\.json$/u;
const STEP_PATH = /^(?:[^/\\]{1,255}\/)?step\.json$/u;

/**
 * Reads `report.json` and `step.json` at the top, or in the folders at the top, sorted by name.
 * @throws InputError saying in one sentence what is wrong with the artifact.
 */
export async function unpackReports(zip: Uint8Array): Promise<MeasuredReports> {
  if (zip.byteLength > MAX_ARTIFACT_BYTES)
    throw invalid(`It has ${zip.byteLength} bytes, more than ${MAX_ARTIFACT_BYTES}.`);
  const file = await openZip(zip);
  const unpacked: MeasuredReports = { reports: [], steps: [] };
  for (const entry of await wantedEntries(file)) {
    const { fileName } = entry;
    const bytes = await contentOf(file, entry);
    if (REPORT_PATH.test(fileName)) unpacked.reports.push(parse(fileName, 'report', bytes, strictReport));
    else unpacked.steps.push(parse(fileName, 'step record', bytes, strictStep));
  }
  return unpacked;
}

async function openZip(zip: Uint8Array): Promise<ZipFile> {
  try {
    return await fromBufferPromise(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength));
  } catch (error) {
    throw unreadable(error);
  }
}

/** Reports and step records. Checks all declared sizes before opening any. */
async function wantedEntries(file: ZipFile): Promise<Entry[]> {
  if (file.entryCount > MAX_ENTRIES)
    throw invalid(`It has ${file.entryCount} entries, more than ${MAX_ENTRIES}.`);
  const found = new Map<string, Entry>();
  let [total, reports, steps] = [0, 0, 0];
  try {
    for await (const entry of file.eachEntry()) {
      const { fileName, uncompressedSize, compressedSize } = entry;
      if (REPORT_PATH.test(fileName)) reports += 1;
      else if (STEP_PATH.test(fileName)) steps += 1;
      else continue;
      if (found.has(fileName)) throw invalid(`It contains ${clean(fileName, 100)} twice.`);
      if (Math.max(reports, steps) > MAX_REPORTS) throw invalid(`It has more than ${MAX_REPORTS} reports.`);
      if (uncompressedSize > MAX_REPORT_BYTES) throw tooLarge(fileName, MAX_REPORT_BYTES);
      if (uncompressedSize > MAX_RATIO * Math.max(1, compressedSize))
        throw invalid(`${clean(fileName, 100)} is compressed more than any report.`);
      total += uncompressedSize;
      if (total > MAX_TOTAL_BYTES) throw invalid(`Its reports have more than ${MAX_TOTAL_BYTES} bytes.`);
      found.set(fileName, entry);
    }
  } catch (error) {
    throw unreadable(error);
  }
  if (reports === 0) throw invalid('It contains no report.json.');
  return [...found.values()].sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
}

/** The size is limited again, because declared sizes may be wrong. */
async function contentOf(file: ZipFile, entry: Entry): Promise<Buffer> {
  if (!entry.canDecodeFileData())
    throw invalid(`${clean(entry.fileName, 100)} is encrypted or has an unsupported compression.`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of await file.openReadStreamPromise(entry)) {
      bytes += (chunk as Buffer).length;
      if (bytes > MAX_REPORT_BYTES) throw tooLarge(entry.fileName, MAX_REPORT_BYTES);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw unreadable(error);
  }
  return Buffer.concat(chunks);
}

function parse<T>(name: string, what: string, bytes: Buffer, validate: (value: unknown) => T): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid(`${clean(name, 100)} is not JSON in UTF-8.`);
  }
  try {
    return validate(value);
  } catch (error) {
    throw invalid(`${clean(name, 100)} is not a valid ${what}: ${(error as Error).message}`);
  }
}

export function tooLarge(name: string, maxBytes: number): InputError {
  return invalid(`${clean(name, 100)} has more than ${maxBytes} bytes.`);
}

function unreadable(error: unknown): InputError {
  return error instanceof InputError
    ? error
    : invalid(`It is not a readable zip file: ${clean((error as Error).message, 150).replace(/\.$/u, '')}.`);
}

function invalid(message: string): InputError {
  return new InputError([
    { file: 'artifact', message, remedy: 'Run the first workflow again, with the same version.' },
  ]);
}
