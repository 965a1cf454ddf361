/** How much is taken of a model and how long is waited for it; tests take less. */
export interface Limits {
  /** Of model.json. */
  jsonBytes: number;
  /** Of all weight files together. */
  weightBytes: number;
  /** Milliseconds without a byte after which a connection counts as dead. */
  silence: number;
  /** Milliseconds before the first retry; each next one waits twice as long. */
  pause: number;
  /** After the first try of a file. */
  retries: number;
  /** Followed for one file. */
  redirects: number;
}

export const LIMITS: Limits = {
  jsonBytes: 16 * 2 ** 20,
  weightBytes: 512 * 2 ** 20,
  silence: 30_000,
  pause: 1000,
  retries: 3,
  redirects: 5,
};
