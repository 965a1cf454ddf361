const MOST_BYTES = 120;

/**
 * Names that no OS keeps for itself and that no shell or page stumbles over: letters, digits, dot, dash, underscore. None
 * ends as a file of a report does, beside which its folder lies.
 */
export function safeName(name: string): string {
  const letters = name.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-');
  const safe = cut(letters).replace(/^[.-]+|[.-]+$/g, '');
  return safe === '' || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|\.(jsonl?|md)$/i.test(safe)
    ? `dataset${safe === '' ? '' : `-${safe.replace(/\.(jsonl?|md)$/i, '')}`}`
    : safe;
}

/** At most 80 characters, and as many bytes as every file system takes with a number behind them. */
function cut(name: string): string {
  let letters = Array.from(name).slice(0, 80);
  while (Buffer.byteLength(letters.join('')) > MOST_BYTES) letters = letters.slice(0, -1);
  return letters.join('');
}

/** The same names, made safe and told apart by a number where a file system may take them for one. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const safe = safeName(name);
    let own = safe;
    for (let count = 2; taken.has(folded(own)); count++) own = `${safe}-${count}`;
    taken.add(folded(own));
    return own;
  });
}

/** File systems that do not tell capitals apart may not tell `ss` from `ß` either. */
function folded(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFC');
}
