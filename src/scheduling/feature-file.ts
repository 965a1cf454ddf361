import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { FeatureSource } from '../strategy/trial.js';

/** Float32 rows on disk: written once, read by every trial. */
export interface FeatureFile extends FeatureSource {
  write(row: number, features: Float32Array): void;
  close(): void;
}

/** The file with the embeddings of a run. */
export function featureFileIn(folder: string): string {
  return join(folder, 'features.f32');
}

export function createFeatureFile(path: string, rows: number, width: number): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, rows * width * 4);
  closeSync(file);
}

export function openFeatureFile(path: string, width: number): FeatureFile {
  const file = openSync(path, 'r+');
  const bytes = width * 4;
  return {
    width,
    read(rows) {
      const features = new Float32Array(rows.length * width);
      for (let i = 0; i < rows.length; i++) {
        readSync(file, new Uint8Array(features.buffer, i * bytes, bytes), 0, bytes, rows[i] * bytes);
      }
      return features;
    },
    write(row, features) {
      writeSync(file, new Uint8Array(features.buffer, features.byteOffset, bytes), 0, bytes, row * bytes);
    },
    close: () => closeSync(file),
  };
}
