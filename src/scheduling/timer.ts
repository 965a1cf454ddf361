const LONGEST = 2 ** 31 - 1;

/** A promise that resolves after so many seconds, at most 24 days. */
export function timer(seconds: number): { up: Promise<void>; stop: () => void } {
  let handle: NodeJS.Timeout | undefined;
  const up = new Promise<void>((resolve) => {
    handle = setTimeout(resolve, Math.min(LONGEST, Math.max(0, seconds * 1000)));
  });
  return { up, stop: () => clearTimeout(handle) };
}

/** Seconds since it was made, plus `before`. */
export function stopwatch(before: number): () => number {
  const started = performance.now() - 1000 * before;
  return () => (performance.now() - started) / 1000;
}
