import type { ChainLayer } from './chain.js';
import { refuseLayer } from './refuse.js';

/** A layer's settings, each read as one kind of value; what a setting is not is an InputError that names the layer. */
export interface Settings {
  /** The value, or what Keras takes without it. */
  text(key: string, fallback: string): string;
  flag(key: string, fallback: boolean): boolean;
  /** null: the setting is null or absent. */
  number(key: string): number | null;
  /** One number for both axes; `[a, b]` with a ≠ b is refused. */
  square(key: string, fallback: number): number;
  /** As it stands in the file. */
  raw(key: string): unknown;
}

export function settingsOf(layer: ChainLayer, file: string): Settings {
  const raw = (key: string): unknown => (layer.config as Record<string, unknown>)[key] ?? null;
  const refuse = (key: string) => refuseLayer(file, layer, `has ${shown(raw(key))} as "${key}".`);
  const read = <T>(key: string, is: (value: unknown) => value is T, fallback: T): T => {
    const value = raw(key);
    if (value === null) return fallback;
    if (is(value)) return value;
    throw refuse(key);
  };
  return {
    raw,
    text: (key, fallback) => read(key, (value) => typeof value === 'string', fallback),
    flag: (key, fallback) => read(key, (value) => typeof value === 'boolean', fallback),
    number: (key) => read<number | null>(key, (value) => typeof value === 'number', null),
    square: (key, fallback) => {
      const sides = [raw(key) ?? fallback].flat();
      const [side] = sides;
      if (typeof side === 'number' && sides.every((other) => other === side)) return side;
      throw refuse(key);
    },
  };
}

/** What lies deep is not shown: writing it out would need a stack as deep. */
function shown(value: unknown): string {
  const parts = [value].flat();
  if (parts.some((part) => typeof part === 'object' && part !== null)) return 'something nested';
  return JSON.stringify(value).slice(0, 60);
}
