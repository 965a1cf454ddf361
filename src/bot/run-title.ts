/** Ids of requests are UUIDs; a run of the workflow carries its own at the end of its title. */
const id = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const atTheEnd = new RegExp(`(?:^|\\s)(${id})$`, 'u');

/** The request that a title, or an id of a check run, belongs to; null where it names none. */
export function requestInTitle(title: unknown): string | null {
  return typeof title === 'string' ? (atTheEnd.exec(title.slice(-200))?.[1] ?? null) : null;
}
