/** Told after each chunk of images. */
export type OnImages = (done: number, total: number) => void;

const CHUNK = 64;

/** Processes rows in chunks, two per worker at a time, so that no worker waits. */
export async function inChunks(
  rows: readonly number[],
  workers: number,
  onImages: OnImages,
  work: (chunk: number[]) => Promise<void>,
): Promise<void> {
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < rows.length) {
      const chunk = rows.slice(next, next + CHUNK);
      next += chunk.length;
      await work(chunk);
      done += chunk.length;
      onImages(done, rows.length);
    }
  };
  await Promise.all(Array.from({ length: 2 * workers }, lane));
}
