/* Bytes as text that can stand in a file of plain data (RFC 4648, section 4). */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map([...ALPHABET].map((c, i) => [c, i]));

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ALPHABET[word >> 18] + ALPHABET[(word >> 12) & 63];
    text += (left > 1 ? ALPHABET[(word >> 6) & 63] : '=') + (left > 2 ? ALPHABET[word & 63] : '=');
  }
  return text;
}

/** Decodes base64; null when the text is not valid base64. */
export function fromBase64(text: string): Uint8Array | null {
  const plain = text.replace(/={1,2}$/, '');
  if (text.length % 4 !== 0 || text.length - plain.length > 2 || plain.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((plain.length * 3) / 4));
  let word = 0;
  let at = 0;
  for (let i = 0; i < plain.length; i++) {
    const value = VALUES.get(plain[i]);
    if (value === undefined) return null;
    word = ((word << 6) | value) & 0xff_ffff;
    if (i % 4 !== 0) bytes[at++] = word >> (6 - 2 * (i % 4));
  }
  return bytes;
}
