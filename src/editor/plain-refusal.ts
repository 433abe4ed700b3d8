/*
 * Refusals of the verifier in plain words: what the program does there, and the way out. The kernel's own words stay
 * beside them.
 */

/** Bytes of a program's stack (MAX_BPF_STACK). */
const STACK = 512;

const bytes = (n: number): string => `${n} ${n === 1 ? 'byte' : 'bytes'}`;

/** An access at `off` from the frame pointer, of `size` bytes. */
function outsideStack(off: number, size: number): string {
  const below = -STACK - off;
  if (below > 0) return `${bytes(below)} below the stack: it has ${STACK}, from r10-${STACK} to r10-1.`;
  if (off + size > 0) return `${bytes(off + size)} above the stack: it ends at r10.`;
  return '';
}

type Words = (found: readonly string[]) => string;

const PLAIN: readonly (readonly [RegExp, Words])[] = [
  [/^R0 !read_ok$/, () => 'r0 has no value here. It is the answer of the function: set it before exit.'],
  [/^R(\d+) !read_ok$/, ([, n]) => `r${n} is read before it is set. A call leaves nothing in r1 to r5.`],
  [/^div by zero$/, () => 'The divisor is the constant 0.'],
  [/stack R?\d* ?off=(-?\d+) size=(\d+)/, ([, off, size]) => outsideStack(Number(off), Number(size))],
  [
    /^no write support to (\w+) at off (\d+)$/,
    ([, struct, off]) => `The field at byte ${off} of ${struct} can be read only: the kernel lets programs write few.`,
  ],
];

/** The refusal in plain words; empty when the kernel's say it well enough. */
export function plainRefusal(message: string): string {
  for (const [pattern, words] of PLAIN) {
    const found = pattern.exec(message);
    if (found) return words([...found]);
  }
  return '';
}
