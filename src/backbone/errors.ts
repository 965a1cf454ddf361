import { inputError, type InputError } from '../problem.js';

const MAX_QUOTED_LENGTH = 100;
const OTHER_MODEL =
  'Use a model that is a single chain of convolutions with ReLU or ReLU6, such as MobileNetV1, or omit the model.';

/** A network, server or disk failed, so a model cannot be loaded now. The user's input is correct. */
export class ModelUnavailable extends Error {
  override readonly name = 'ModelUnavailable';
}

/** @param file Path or address; empty if the message says where the problem is. */
export function modelError(file: string, message: string, remedy?: string): InputError {
  return inputError({ file }, message, remedy);
}

export function layerError(
  file: string,
  { name, className }: { name: string; className: string },
  message: string,
  remedy = OTHER_MODEL,
): InputError {
  return modelError(file, `The layer ${quoteName(name)} (${printable(className)}) ${message}`, remedy);
}

/** A name from a model's file, safe to print. */
export function quoteName(name: string): string {
  return `"${printable(name)}"`;
}

function printable(text: string): string {
  return text.slice(0, MAX_QUOTED_LENGTH).replace(/\p{Cc}/gu, '\u{fffd}');
}

/** Path of a file in the same folder, relative to where the user called. */
export function siblingPath(file: string, sibling: string): string {
  return file.replace(/[^/\\]*$/, '') + sibling;
}

/** An address for messages and records, without the parts that may hold secrets: user, password, query, fragment. */
export function cleanAddress(address: string | URL): string {
  return String(address)
    .replace(/[?#].*$/s, '')
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/\\]*@/i, '$1');
}
