/** Base64 without Node's Buffer: the report's page decodes with it, too. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SIX_BITS = Uint8Array.from({ length: 128 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)));

/** Bytes that the text stands for. */
export function decodedLength(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.floor(((text.length - padding) * 6) / 8);
}

/** Null when there is anything but base64 in the text. */
export function decodeBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/u.test(text)) return null;
  const bytes = new Uint8Array(decodedLength(text));
  let held = 0;
  let bits = 0;
  let next = 0;
  for (let i = 0; next < bytes.length; i++) {
    held = ((held << 6) | SIX_BITS[text.charCodeAt(i)]) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[next++] = (held >> bits) & 0xff;
  }
  return bytes;
}
