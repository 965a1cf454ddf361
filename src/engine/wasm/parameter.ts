import type { Arena } from './arena.js';
import type { Address } from './module.js';

/** An array [groups, rows, columns], and the multiples that rows and columns are filled up to in memory. */
export interface Shape {
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
  readonly paddedRows: number;
  readonly paddedColumns: number;
}

/** A parameter in memory beside its gradient and velocity. What its shape adds has zero gradient and stays zero. */
export interface Parameter {
  readonly name: string;
  readonly shape: Shape;
  /** Floats in memory. */
  readonly count: number;
  readonly value: Address;
  readonly gradient: Address;
  readonly velocity: Address;
}

export function reserveParameter(arena: Arena, name: string, shape: Shape): Parameter {
  const count = shape.groups * shape.paddedRows * shape.paddedColumns;
  return {
    name,
    shape,
    count,
    value: arena.reserveFloats(count),
    gradient: arena.reserveFloats(count),
    velocity: arena.reserveFloats(count),
  };
}

/** Puts the array in place and forgets the velocity. Throws a RangeError when it is absent or of another length. */
export function writeParameter(
  arena: Arena,
  { name, shape, count, value, velocity }: Parameter,
  array: Float32Array | undefined,
): void {
  const expected = shape.groups * shape.rows * shape.columns;
  if (array?.length !== expected) {
    throw new RangeError(`${name} has ${array?.length ?? 'no'} values where the network has ${expected}.`);
  }
  const memory = arena.floats(value, count).fill(0);
  eachRow(shape, (outside, inside) => {
    memory.set(array.subarray(outside, outside + shape.columns), inside);
  });
  arena.floats(velocity, count).fill(0);
}

/** A copy of the values. */
export function readParameter(arena: Arena, { shape, count, value }: Parameter): Float32Array {
  const memory = arena.floats(value, count);
  const array = new Float32Array(shape.groups * shape.rows * shape.columns);
  eachRow(shape, (outside, inside) => {
    array.set(memory.subarray(inside, inside + shape.columns), outside);
  });
  return array;
}

function eachRow(shape: Shape, visit: (outside: number, inside: number) => void): void {
  for (let group = 0; group < shape.groups; group++) {
    for (let row = 0; row < shape.rows; row++) {
      visit(
        (group * shape.rows + row) * shape.columns,
        (group * shape.paddedRows + row) * shape.paddedColumns,
      );
    }
  }
}
