/** An abort signal that fires when the run is cancelled or `seconds` have passed. */
export function limitOf(seconds: number, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(1000 * seconds)]);
}

/** Why the limit was reached, as part of a sentence. */
export function stopped(limit: AbortSignal): string {
  const timedOut = limit.reason instanceof Error && limit.reason.name === 'TimeoutError';
  return timedOut ? 'it took too long' : 'the run was cancelled';
}

/** A stage for `pipeline` that fails with `refusal` once more than `bytes` have passed. */
export function atMost(bytes: number, refusal: () => Error) {
  return async function* (source: AsyncIterable<Buffer>) {
    let seen = 0;
    for await (const chunk of source) {
      seen += chunk.length;
      if (seen > bytes) throw refusal();
      yield chunk;
    }
  };
}
