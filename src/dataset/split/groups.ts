/**
 * Joins rows that must stay together: rows of the same group, and rows with the same content. Returns for each row
 * the smallest row that it belongs with.
 */
export function joinGroups(groups: readonly (string | null)[], hashes: readonly string[]): Int32Array {
  const parent = Int32Array.from({ length: groups.length }, (_, row) => row);
  const root = (row: number): number => {
    while (parent[row] !== row) row = parent[row] = parent[parent[row]];
    return row;
  };
  const first = new Map<string, number>();
  const join = (key: string, row: number) => {
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, row);
      return;
    }
    const [low, high] = [root(other), root(row)].sort((a, b) => a - b);
    parent[high] = low;
  };
  groups.forEach((group, row) => {
    if (group !== null) join(`group ${group}`, row);
    const hash = hashes[row];
    if (hash !== '') join(`content ${hash}`, row);
  });
  return parent.map((_, row) => root(row));
}
