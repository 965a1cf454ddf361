const MAX_BYTES = 120;

/**
 * A name that is safe in file systems, shells and pages: letters, digits, dot, dash, underscore; not reserved
 * by an OS. It does not end like a report's file, which lies beside the dataset's folder.
 */
export function safeName(name: string): string {
  const letters = name.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-');
  const safe = shorten(letters).replace(/^[.-]+|[.-]+$/g, '');
  return safe === '' || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|\.(jsonl?|md)$/i.test(safe)
    ? `dataset${safe === '' ? '' : `-${safe.replace(/\.(jsonl?|md)$/i, '')}`}`
    : safe;
}

/** At most 80 characters, and few enough bytes for every file system. */
function shorten(name: string): string {
  let letters = Array.from(name).slice(0, 80);
  while (Buffer.byteLength(letters.join('')) > MAX_BYTES) letters = letters.slice(0, -1);
  return letters.join('');
}

/** Safe names, numbered where a file system may not distinguish them. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const safe = safeName(name);
    let unique = safe;
    for (let count = 2; taken.has(folded(unique)); count++) unique = `${safe}-${count}`;
    taken.add(folded(unique));
    return unique;
  });
}

/** Case-insensitive file systems may not distinguish `ss` from `ß` either. */
function folded(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFC');
}
