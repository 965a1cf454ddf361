import type { Manifest } from '../describe/manifest-model.js';
import { nearest } from '../describe/nearest.js';
import { InputError, type Problem } from '../../problem.js';
import { byCodeUnits } from '../describe/tree.js';
import { quoted } from './quoted.js';

const MOST_CLASSES = 10_000;

/** Classes in their order, and the class of each label as it stands in tables and folders. */
export interface ClassNames {
  classes: string[];
  indexOf: ReadonlyMap<string, number>;
}

/**
 * Without names: the labels in code-unit order. A list of names fixes the order, and names the labels 0, 1, 2 …
 * where all labels are such numbers. A map renames labels; labels of the same name become one class.
 * @throws InputError when names and labels do not fit each other.
 */
export function nameClasses(labels: ReadonlySet<string>, names: Manifest['names'], at: Problem): ClassNames {
  if (labels.size > MOST_CLASSES) {
    throw new InputError([
      {
        file: at.file,
        message: `has ${labels.size} different labels; at most 10,000 classes are read.`,
        remedy: 'Check that the labels are classes.',
      },
    ]);
  }
  const found = [...labels].sort(byCodeUnits);
  const nameOf = naming(found, names);
  refuseUnknown(found, nameOf, names, at);
  const named = new Set(found.map((label) => nameOf(label)!));
  refuseUnused(named, names, at);
  const order = Array.isArray(names) ? names.map(nfc) : [...named].sort(byCodeUnits);
  const positions = new Map(order.map((name, index) => [name, index]));
  return { classes: order, indexOf: new Map(found.map((label) => [label, positions.get(nameOf(label)!)!])) };
}

/** Labels as the manifest expects them in tables and folders. */
export function labelsNamed(names: Manifest['names']): ReadonlySet<string> {
  return new Set(Array.isArray(names) ? names : Object.keys(names ?? {}));
}

/**
 * A list has each class once: of two entries with one name, one would be a class without images.
 * @throws InputError
 */
export function refuseRepeatedNames(names: Manifest['names'], placeOf: (index: number) => Problem): void {
  if (!Array.isArray(names)) return;
  const list = names.map(nfc);
  const again = list.findIndex((name, index) => list.indexOf(name) < index);
  if (again === -1) return;
  throw new InputError([
    {
      ...placeOf(again),
      message: `"names" has "${list[again].slice(0, 60)}" twice, for the labels ${list.indexOf(list[again])} and ${again}.`,
      remedy: 'Give each class one name; to join labels, write a map such as "names: { 0: cat, 1: cat }".',
    },
  ]);
}

const nfc = (text: string) => text.normalize('NFC');

function naming(found: readonly string[], names: Manifest['names']): (label: string) => string | undefined {
  if (names === undefined) return (label) => label;
  if (!Array.isArray(names)) {
    const map = new Map(Object.entries(names).map(([label, name]) => [nfc(label), nfc(name)]));
    const numbers = [...map.keys()].every((label) => /^\d+$/.test(label));
    return (label) =>
      map.get(label) ?? (numbers && /^\d+$/.test(label) ? map.get(String(Number(label))) : undefined);
  }
  const list = names.map(nfc);
  const known = new Set(list);
  const byNumber = found.every((label) => /^\d+$/.test(label)) && !found.every((label) => known.has(label));
  return (label) => (byNumber ? list[Number(label)] : known.has(label) ? label : undefined);
}

function refuseUnknown(
  found: readonly string[],
  nameOf: (label: string) => string | undefined,
  names: Manifest['names'],
  at: Problem,
): void {
  const unknown = found.filter((label) => nameOf(label) === undefined);
  if (unknown.length === 0 || names === undefined) return;
  const near = nearest(unknown[0], Array.isArray(names) ? names : Object.keys(names));
  throw new InputError([
    {
      ...at,
      message: `"names" lacks ${quoted(unknown)}.`,
      remedy:
        near === null
          ? 'List every class, or leave "names" out.'
          : `Did you mean "${near}"? List every class, or leave "names" out.`,
    },
  ]);
}

function refuseUnused(used: ReadonlySet<string>, names: Manifest['names'], at: Problem): void {
  const unused = [...new Set(Object.values(names ?? []).map(nfc))].filter((name) => !used.has(name));
  if (unused.length === 0) return;
  throw new InputError([
    {
      ...at,
      message: `no image has the class ${quoted(unused)}.`,
      remedy: 'Take it out of "names", or add images.',
    },
  ]);
}
