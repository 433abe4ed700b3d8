/* SHA-1 (FIPS 180-4, section 6.1). */

const rol = (x: number, n: number): number => (x << n) | (x >>> (32 - n));

/** One 64-byte block (FIPS 180-4, section 6.1.2). */
function block(hash: Int32Array, view: DataView, at: number): void {
  const w = new Int32Array(80);
  for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
  for (let i = 16; i < 80; i++) w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  let [a, b, c, d, e] = hash;
  for (let i = 0; i < 80; i++) {
    const [f, constant] = ROUNDS[Math.floor(i / 20)];
    const t = (rol(a, 5) + f(b, c, d) + e + constant + w[i]) | 0;
    e = d;
    d = c;
    c = rol(b, 30);
    b = a;
    a = t;
  }
  for (const [i, word] of [a, b, c, d, e].entries()) hash[i] = (hash[i] + word) | 0;
}

type Mix = (b: number, c: number, d: number) => number;
const parity: Mix = (b, c, d) => b ^ c ^ d;
const ROUNDS: readonly (readonly [Mix, number])[] = [
  [(b, c, d) => (b & c) | (~b & d), 0x5a827999],
  [parity, 0x6ed9eba1],
  [(b, c, d) => (b & c) | (b & d) | (c & d), 0x8f1bbcdc],
  [parity, 0xca62c1d6],
];

/** 20 bytes. */
export function sha1(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  const hash = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  for (let at = 0; at < padded.length; at += 64) block(hash, view, at);
  const out = new DataView(new ArrayBuffer(20));
  for (const [i, word] of hash.entries()) out.setInt32(i * 4, word);
  return new Uint8Array(out.buffer);
}
