/** A promise that resolves after so many seconds. */
export function timer(seconds: number): { up: Promise<void>; stop: () => void } {
  let handle: NodeJS.Timeout | undefined;
  const up = new Promise<void>((resolve) => {
    handle = setTimeout(resolve, Math.max(0, seconds * 1000));
  });
  return { up, stop: () => clearTimeout(handle) };
}
