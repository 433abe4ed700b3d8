/* The tag of a program: the first 8 bytes of a hash of its instructions (bpf_prog_calc_tag): SHA-1, since 6.18 SHA-256. */
import { sha256 } from './sha256.ts';

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

function sha1(bytes: Uint8Array): Uint8Array {
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

const WIDE = 0x18;
/** src_reg of an immediate that names a map by fd or its value */
const MAP_SOURCES = [1, 2];

const HASHES = { sha1, sha256 } as const;

/** File descriptors of maps are left out of the hash, because they differ from load to load. */
export function progTag(insns: Uint8Array, hash: 'sha1' | 'sha256'): Uint8Array {
  const bytes = insns.slice();
  for (let at = 0; at + 16 <= bytes.length; at += 8) {
    if (bytes[at] !== WIDE) continue;
    if (MAP_SOURCES.includes(bytes[at + 1] >> 4)) {
      bytes.fill(0, at + 4, at + 8);
      bytes.fill(0, at + 12, at + 16);
    }
    at += 8;
  }
  return HASHES[hash](bytes).subarray(0, 8);
}
