import { InputError } from '../../problem.js';

const MOST_LETTERS = 100;

/** What is wrong with a file of the model, and what to do about it. */
export function refuse(file: string, message: string, remedy: string): InputError {
  return new InputError([{ file, message, remedy }]);
}

/** What is wrong with one layer of it; the remedy unless there is a nearer one: another model. */
export function refuseLayer(
  file: string,
  { name, className }: { name: string; className: string },
  message: string,
  remedy = 'Take a model that is one chain of convolutions with ReLU or ReLU6, such as MobileNetV1, or leave the model out.',
): InputError {
  return refuse(file, `The layer ${quote(name)} (${shown(className)}) ${message}`, remedy);
}

/** A name from the file as a message shows it. */
export function quote(name: string): string {
  return `"${shown(name)}"`;
}

function shown(text: string): string {
  return text.slice(0, MOST_LETTERS).replace(/\p{Cc}/gu, '\u{fffd}');
}

/** Path of a file beside `model.json`, as the user knows it. */
export function beside(jsonFile: string, path: string): string {
  return jsonFile.replace(/[^/\\]*$/, '') + path;
}
