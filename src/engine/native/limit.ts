/** Ends work on the pack when the run is cancelled or the seconds are over. */
export function limitOf(seconds: number, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(1000 * seconds)]);
}

/** Why the limit was reached, within a sentence. */
export function stopped(limit: AbortSignal): string {
  const timedOut = limit.reason instanceof Error && limit.reason.name === 'TimeoutError';
  return timedOut ? 'it took too long' : 'the run was cancelled';
}
