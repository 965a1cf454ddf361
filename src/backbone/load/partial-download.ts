import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** What is there of a file that a download left unfinished. */
export interface Start {
  bytes: number;
  /** Names the version that the bytes are of. */
  etag: string;
}

/** A file on its way: bytes under a temporary name, and beside them the version that they are of. */
export class Part {
  readonly file: string;
  readonly #target: string;
  readonly #version: string;

  constructor(target: string) {
    this.#target = target;
    this.file = `${target}.part`;
    this.#version = `${target}.etag`;
  }

  /** Where a download can go on; null: it starts anew. `most`: bytes that the whole file may have. */
  start(most: number): Start | null {
    if (!existsSync(this.file) || !existsSync(this.#version)) return null;
    const bytes = statSync(this.file).size;
    const etag = readFileSync(this.#version, 'utf8');
    return bytes > 0 && bytes <= most && isStrong(etag) ? { bytes, etag } : null;
  }

  /** Before the first byte: which version they will be of. Weak names do not stand for the same bytes. */
  begin(etag: string | undefined): void {
    rmSync(this.file, { force: true });
    if (isStrong(etag)) writeFileSync(this.#version, etag);
    else rmSync(this.#version, { force: true });
  }

  drop(): void {
    this.begin(undefined);
  }

  /** The last step, so that a file under its own name is always whole. */
  settle(): void {
    renameSync(this.file, this.#target);
    rmSync(this.#version, { force: true });
  }
}

function isStrong(etag: string | undefined): etag is string {
  return etag !== undefined && /^"[\x21\x23-\x7e]{0,200}"$/.test(etag);
}
