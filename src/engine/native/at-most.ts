/**
 * Passes a stream on as far as `bytes` and ends it with `refusal` where it goes on.
 * For `pipeline`, between an answer and a file.
 */
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
