import { inputError, nearestWord, quote, quoteNames, type Location } from '../../problem.js';
import type { Manifest } from '../describe/manifest.js';
import { byCodeUnits } from '../files/tree.js';

const MAX_CLASSES = 10_000;

/** The classes in order, and the class of each label in tables and folders. */
export interface ClassNames {
  classes: string[];
  indexOf: ReadonlyMap<string, number>;
}

/**
 * Without names, the labels in code-unit order. A list of names sets the order, and names labels that are
 * numbers from 0. A map renames labels; labels with the same name become one class.
 * @throws InputError if names and labels do not match.
 */
export function nameClasses(labels: ReadonlySet<string>, names: Manifest['names'], at: Location): ClassNames {
  if (labels.size > MAX_CLASSES) {
    throw inputError(
      { file: at.file },
      `has ${labels.size} different labels; at most 10,000 classes are supported.`,
      'Check that the labels are classes.',
    );
  }
  const found = [...labels].sort(byCodeUnits);
  const nameOf = namer(found, names);
  refuseUnknown(found, nameOf, names, at);
  const used = new Set(found.map((label) => nameOf(label)!));
  refuseUnused(used, names, at);
  const classes = Array.isArray(names) ? names.map(nfc) : [...used].sort(byCodeUnits);
  const indices = new Map(classes.map((name, index) => [name, index]));
  return { classes, indexOf: new Map(found.map((label) => [label, indices.get(nameOf(label)!)!])) };
}

/** The labels that a manifest's names are for. */
export function labelsNamed(names: Manifest['names']): ReadonlySet<string> {
  return new Set(Array.isArray(names) ? names : Object.keys(names ?? {}));
}

/** @throws InputError if a list has a name twice: one of the two would be a class without images. */
export function refuseRepeatedNames(names: Manifest['names'], locate: (index: number) => Location): void {
  if (!Array.isArray(names)) return;
  const list = names.map(nfc);
  const repeated = list.findIndex((name, index) => list.indexOf(name) < index);
  if (repeated === -1) return;
  throw inputError(
    locate(repeated),
    `"names" has ${quote(list[repeated], 60)} twice, for the labels ${list.indexOf(list[repeated])} and ${repeated}.`,
    'Give each class one name; to join labels, write a map such as "names: { 0: cat, 1: cat }".',
  );
}

const nfc = (text: string) => text.normalize('NFC');
const isNumber = (text: string) => /^\d+$/.test(text);

function namer(labels: readonly string[], names: Manifest['names']): (label: string) => string | undefined {
  if (names === undefined) return (label) => label;
  if (!Array.isArray(names)) {
    const map = new Map(Object.entries(names).map(([label, name]) => [nfc(label), nfc(name)]));
    const areNumbers = [...map.keys()].every(isNumber);
    return (label) =>
      map.get(label) ?? (areNumbers && isNumber(label) ? map.get(String(Number(label))) : undefined);
  }
  const list = names.map(nfc);
  const known = new Set(list);
  const byNumber = labels.every(isNumber) && !labels.every((label) => known.has(label));
  return (label) => (byNumber ? list[Number(label)] : known.has(label) ? label : undefined);
}

function refuseUnknown(
  labels: readonly string[],
  nameOf: (label: string) => string | undefined,
  names: Manifest['names'],
  at: Location,
): void {
  const unknown = labels.filter((label) => nameOf(label) === undefined);
  if (unknown.length === 0 || names === undefined) return;
  const nearest = nearestWord(unknown[0], Array.isArray(names) ? names : Object.keys(names));
  const hint = nearest === null ? '' : `Did you mean "${nearest}"? `;
  throw inputError(
    at,
    `"names" lacks ${quoteNames(unknown)}.`,
    `${hint}List every class, or leave "names" out.`,
  );
}

function refuseUnused(used: ReadonlySet<string>, names: Manifest['names'], at: Location): void {
  const unused = [...new Set(Object.values(names ?? []).map(nfc))].filter((name) => !used.has(name));
  if (unused.length === 0) return;
  throw inputError(
    at,
    `no image has the class ${quoteNames(unused)}.`,
    'Remove it from "names", or add images.',
  );
}
