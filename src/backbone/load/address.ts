/** An address as messages and records may show it: without user, password, query and fragment, where secrets are. */
export function cleanAddress(address: string | URL): string {
  return String(address)
    .replace(/[?#].*$/s, '')
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/\\]*@/i, '$1');
}
