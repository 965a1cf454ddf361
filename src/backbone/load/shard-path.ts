const MOST_LETTERS = 200;

/**
 * Why a path of a weight file is not followed; null: it names a file beside or below model.json, on every OS.
 * Percent signs are among what is refused, because an address reads `%2e%2e` as `..` and a folder does not.
 */
export function shardPathFault(path: string): string | null {
  if (path === '' || path.length > MOST_LETTERS) return `is not 1 to ${MOST_LETTERS} characters long`;
  if (/\p{C}/u.test(path)) return 'holds control characters';
  if (/[\\:?#%]/.test(path)) return 'holds a backslash, a colon, or one of ?#%';
  const segments = path.split('/');
  if (segments.some((segment) => segment === '..')) return 'leaves the model’s folder';
  if (segments.some((segment) => segment === '' || segment === '.')) return 'is absolute or has empty parts';
  // Windows drops spaces and dots at the end of a name, so "..." or ".. " would leave the folder there.
  if (segments.some((segment) => /^\s|[\s.]$/.test(segment)))
    return 'has a part that ends in a space or a dot';
  return null;
}

/** Address of a weight file; `base` is that of the folder and ends in `/`, or that of model.json. */
export function shardAddress(base: URL, path: string): URL {
  return new URL(path.split('/').map(encodeURIComponent).join('/'), base);
}
