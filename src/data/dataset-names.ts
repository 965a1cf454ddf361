/** Names that no OS keeps for itself and that no shell or page stumbles over: letters, digits, dot, dash, underscore. */
export function safeName(name: string): string {
  const letters = name.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-');
  const safe = Array.from(letters)
    .slice(0, 80)
    .join('')
    .replace(/^[.-]+|[.-]+$/g, '');
  return safe === '' || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(safe)
    ? `dataset${safe === '' ? '' : `-${safe}`}`
    : safe;
}

/** The same names, made safe and told apart by a number where they differ by nothing but case. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const safe = safeName(name);
    let own = safe;
    for (let count = 2; taken.has(own.toLowerCase()); count++) own = `${safe}-${count}`;
    taken.add(own.toLowerCase());
    return own;
  });
}
