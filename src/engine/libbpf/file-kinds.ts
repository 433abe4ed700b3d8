/*
 * Recognises, by content, files that people may drop but that cannot be opened here; says what each is and what to do
 * with it.
 */

interface KnownKind {
  /** offset of its magic number, and the bytes; the first match counts */
  readonly at: number;
  readonly marks: readonly (readonly number[])[];
  readonly what: string;
  readonly way: string;
}

const text = (mark: string): number[] => [...mark].map((letter) => letter.charCodeAt(0));

const KINDS: readonly KnownKind[] = [
  {
    at: 0,
    marks: [text('!<arch>\n'), text('!<thin>\n')],
    what: 'an archive of objects',
    way: 'Take the object out (ar x FILE) and drop that.',
  },
  {
    at: 0,
    marks: [
      [0x50, 0x4b, 3, 4],
      [0x50, 0x4b, 5, 6],
    ],
    what: 'a zip archive',
    way: 'Unpack it (unzip FILE) and drop the .bpf.o that is in it.',
  },
  {
    at: 0,
    marks: [[0x1f, 0x8b], text('BZh'), [0xfd, 0x37, 0x7a, 0x58, 0x5a], [0x28, 0xb5, 0x2f, 0xfd]],
    what: 'compressed',
    way: 'Unpack it (tar xf FILE, or gunzip, bunzip2, unxz, unzstd) and drop the .bpf.o or .btf that is in it.',
  },
  { at: 257, marks: [text('ustar')], what: 'a tar archive', way: 'Unpack it (tar xf FILE) and drop what is in it.' },
  {
    at: 0,
    marks: [
      [0xd4, 0xc3, 0xb2, 0xa1],
      [0xa1, 0xb2, 0xc3, 0xd4],
      [0x4d, 0x3c, 0xb2, 0xa1],
      [0xa1, 0xb2, 0x3c, 0x4d],
      [0x0a, 0x0d, 0x0d, 0x0a],
    ],
    what: 'a capture of packets',
    way: 'Captures are not read: a lab makes its own packets, as its connections send them.',
  },
  {
    at: 0,
    marks: [text('BC'), [0xde, 0xc0, 0x17, 0x0b]],
    what: 'LLVM bitcode',
    way: 'Make an object of it (llc -march=bpf -filetype=obj FILE) and drop that.',
  },
  {
    at: 514,
    marks: [text('HdrS')],
    what: 'a compressed kernel image',
    way: 'The types are in /sys/kernel/btf/vmlinux of the machine that runs it: drop that file.',
  },
];

/** Bytes looked at to recognise a text in UTF-16 without its mark. */
const TEXT_BYTES = 64;

/** Whether every second byte is 0, and the others are not, as in a text of plain letters in UTF-16. */
function isWide(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, TEXT_BYTES);
  const zeros = [0, 1].map((parity) => start.filter((byte, i) => i % 2 === parity && byte === 0).length);
  return start.length > 3 && Math.min(...zeros) === 0 && Math.max(...zeros) === start.length >> 1;
}

/** `e_machine` of an ELF file for BPF */
const EM_BPF = 247;
const IMAGE_WAY =
  'Its types alone can be looked at: objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc FILE types.btf, and drop that.';

const has = (bytes: Uint8Array, at: number, mark: readonly number[]): boolean =>
  mark.every((byte, i) => bytes[at + i] === byte);

/** Says what a file is that cannot be opened, as title and detail; null when it is not recognised. */
export function knownKind(file: string, bytes: Uint8Array): { readonly title: string; readonly detail: string } | null {
  if (has(bytes, 0, [0x7f, 0x45, 0x4c, 0x46])) {
    const [first = -1, second = -1] = bytes.subarray(18, 20);
    const machine = bytes[5] === 2 ? first * 256 + second : first + second * 256;
    if (machine === EM_BPF || machine === 0) return null;
    return { title: `${file} is a program or a kernel image, not a BPF object`, detail: IMAGE_WAY };
  }
  const known = KINDS.find(({ at, marks }) => marks.some((mark) => has(bytes, at, mark)));
  if (known) return { title: `${file} is ${known.what}`, detail: known.way };
  if (!isWide(bytes)) return null;
  const way = 'Save it as UTF-8 (iconv -f UTF-16LE -t UTF-8 FILE, or UTF-16BE) and open it again.';
  return { title: `${file} is a text in UTF-16`, detail: way };
}
