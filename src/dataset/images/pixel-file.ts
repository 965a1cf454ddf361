import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/**
 * Decoded images on disk, uint8 rows of [size, size, 3]. Several processes write disjoint rows and read any.
 * Nothing is held in memory: the system's page cache serves repeated reads.
 */
export interface PixelFile {
  /** Copies the rows to the start of `into`, in the given order. */
  read(rows: ArrayLike<number>, into: Uint8Array): void;
  write(row: number, pixels: Uint8Array): void;
  close(): void;
}

/** Creates a file of zeros for `rows` images. */
export function createPixelFile(path: string, rows: number, size: number): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, rows * size * size * 3);
  closeSync(file);
}

/** Opens a file that `createPixelFile` made with the same size. */
export function openPixelFile(path: string, size: number): PixelFile {
  const file = openSync(path, 'r+');
  const bytes = size * size * 3;
  return {
    read(rows, into) {
      for (let i = 0; i < rows.length; i++) {
        const got = readSync(file, into, i * bytes, bytes, rows[i] * bytes);
        if (got !== bytes) throw new RangeError(`The pixel file has no row ${rows[i]}.`);
      }
    },
    write(row, pixels) {
      if (pixels.length !== bytes) throw new RangeError(`A row has ${bytes} bytes, not ${pixels.length}.`);
      writeSync(file, pixels, 0, bytes, row * bytes);
    },
    close: () => closeSync(file),
  };
}
