/* The tag of a program: the first 8 bytes of a hash of its instructions (bpf_prog_calc_tag): SHA-1, since 6.18 SHA-256. */
import { sha1 } from '../base/sha1.ts';
import { sha256 } from '../base/sha256.ts';

const WIDE = 0x18;
/** src_reg of an immediate that names a map by fd or its value */
const MAP_SOURCES = [1, 2];

const HASHES = { sha1, sha256 } as const;

/** File descriptors of maps are left out of the hash, because they differ from load to load. */
export function progTag(insns: Uint8Array, hash: 'sha1' | 'sha256'): Uint8Array {
  const bytes = insns.slice();
  for (let at = 0; at + 16 <= bytes.length; at += 8) {
    if (bytes[at] !== WIDE) continue;
    const [, registers = 0] = bytes.subarray(at, at + 2);
    if (MAP_SOURCES.includes(registers >> 4)) {
      bytes.fill(0, at + 4, at + 8);
      bytes.fill(0, at + 12, at + 16);
    }
    at += 8;
  }
  return HASHES[hash](bytes).subarray(0, 8);
}
