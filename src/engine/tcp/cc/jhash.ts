/*
 * Bob Jenkins' lookup3 as include/linux/jhash.h uses it, for the 16 bytes of a congestion control's name: one block of
 * twelve bytes, then the last four.
 */
const rol = (x: number, n: number): number => (x << n) | (x >>> (32 - n));

/** `bytes` are 16 bytes, read as little-endian words. */
function jhash16(bytes: Uint8Array, initval: number): number {
  const word = (i: number): number => bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
  let a = (0xdeadbeef + 16 + initval) | 0;
  let b = a;
  let c = a;
  a = (a + word(0)) | 0;
  b = (b + word(4)) | 0;
  c = (c + word(8)) | 0;

  a = ((a - c) ^ rol(c, 4)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rol(a, 6)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rol(b, 8)) | 0;
  b = (b + a) | 0;
  a = ((a - c) ^ rol(c, 16)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rol(a, 19)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rol(b, 4)) | 0;
  b = (b + a) | 0;

  a = (a + word(12)) | 0;
  for (const [turn, n] of [14, 11, 25, 16, 4, 14, 24].entries()) {
    // the changed register cycles: c, a, b, c, a, b, c
    if (turn % 3 === 0) c = ((c ^ b) - rol(b, n)) | 0;
    else if (turn % 3 === 1) a = ((a ^ c) - rol(c, n)) | 0;
    else b = ((b ^ a) - rol(a, n)) | 0;
  }
  return c >>> 0;
}

/** Key of a congestion control: jhash of the name's 16 bytes, seeded with its length (tcp_ca_key). */
export function caKey(name: string): number {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < name.length; i++) bytes[i] = name.charCodeAt(i);
  return jhash16(bytes, name.length);
}
