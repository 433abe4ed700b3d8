/** Instructions that the verifier processes per second, by kind of program and by its size. */
import { assembleBare, factsOf, Lab, touchesOwnMemory, verify } from '../../engine/index.ts';
import { verifyText } from '../../engine/late.ts';
import { ALL_SCENARIOS as SCENARIOS } from '../../scenarios/all.ts';
import { shippedParts, table } from '../cli.ts';
import { rounds, thousands, timed } from './measure.ts';

const repeated = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('\n');

/** Programs for which the verifier processes about the given number of instructions. */
const PROGRAMS: readonly (readonly [string, (insns: number) => string])[] = [
  ['straight arithmetic', (n) => `r0 = 0\n${repeated(n, (i) => (i % 2 ? 'r0 += 1' : 'r0 &= 0xffff'))}\nexit`],
  [
    'stack, stored and loaded',
    (n) =>
      `r0 = 7\n${repeated(n / 2, (i) => `*(u64 *)(r10 - ${8 + 8 * (i % 64)}) = r0\nr0 = *(u64 *)(r10 - ${8 + 8 * (i % 64)})`)}\nexit`,
  ],
  [
    'a loop that counts',
    (n) => `r6 = 0\nr0 = 0\nloop:\nr0 += 3\nr6 += 1\nif r6 < ${Math.round(n / 3)} goto loop\nr0 = 0\nexit`,
  ],
  [
    'a loop of growing ranges',
    (n) =>
      `call 7\nr6 = r0\nr7 = 0\nr6 &= 1\nloop:\nr6 += 1\nr7 += r6\nif r6 < ${Math.round(n / 3)} goto loop\nr0 = 0\nexit`,
  ],
  [
    'branches that join',
    (n) => `call 7\nr6 = r0\nr0 = 0\n${repeated(n / 5, (i) => `if r6 > ${i} goto +1\nr7 = ${i % 5}\nr7 = 1`)}\nexit`,
  ],
];
const SIZES = [10, 1_000, 100_000];

type Judge = (insns: Uint8Array) => ReturnType<typeof verify>;

function judgeOf(type: 'socket_filter' | 'raw_tp'): Judge {
  const { btf } = shippedParts();
  return (insns) =>
    verify(
      { insns, type, attachBtfId: 0, expectedAttachType: 0, license: 'GPL', flags: 0 },
      { facts: factsOf('v6.12'), btf, mapByFd: () => null, logLevel: 0, logSize: 1 << 20 },
    );
}

/** By slot: 1 if the verifier proves the instruction's access. Throws if it refuses the program. */
export function provenOf(insns: Uint8Array): Uint8Array {
  const { ok, message, accesses } = judgeOf('raw_tp')(insns);
  if (!ok) throw new Error(message);
  return Uint8Array.from(accesses, (fact) => Number(touchesOwnMemory(fact)));
}

export function benchVerifier(): void {
  const judge = judgeOf('socket_filter');
  const speed = (text: string): string => {
    const { insns } = assembleBare(text).value;
    let processed = 0;
    const once = (): number => timed(() => void (processed = judge(insns).stats.insnsProcessed));
    const repeats = Math.max(1, Math.round(100_000 / Math.max(1, judge(insns).stats.insnsProcessed)));
    const ms =
      rounds(5, () =>
        timed(() => {
          for (let i = 0; i < repeats; i++) once();
        }),
      ) / repeats;
    return `${thousands((processed / ms) * 1000)} (${thousands(processed)})`;
  };
  const rows = PROGRAMS.map(([name, make]) => [name, ...SIZES.map((n) => speed(make(n)))]);
  console.log(table(['instructions a second (processed)', ...SIZES.map(thousands)], rows));
  const before = process.memoryUsage().heapUsed;
  const grows = assembleBare('call 7\nr6 = r0\nr6 &= 1\nloop:\nr6 += 1\nif r6 != 0 goto loop\nr0 = 0\nexit').value
    .insns;
  const endless = judge(grows);
  const grown = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  console.log(`at the limit: ${endless.message}; ${grown.toFixed(0)} MiB more in use`);
  console.log(
    `a text of 1,000 instructions as one types: ${asOneTypes(false)} ms; with its log and states ${asOneTypes(true)} ms`,
  );
}

/** Median ms from a text to the editor's marks, or with `detail` to everything that the page shows. */
function asOneTypes(detail: boolean): string {
  // loads fields, compares, and writes a stack slot
  const block = 'r2 = *(u32 *)(r1 + tcp_sock.snd_cwnd)\nif r2 > 5 goto +2\nr3 = r2\nr3 += 7';
  const body = repeated(198, (i) => `${block}\n*(u64 *)(r10 - 8) = ${i}`);
  const text = `.struct_ops tcp_congestion_ops\n.name "x"\n.license "GPL"\n.section struct_ops/ssthresh\nf:\nr1 = *(u64 *)(r1 + 0)\nr0 = 0\n${body}\nr0 = 2\nexit\n`;
  const { machine } = new Lab(shippedParts(), SCENARIOS[0]);
  const ms = rounds(5, () =>
    timed(() => {
      const steps = verifyText(machine, text, detail);
      while (steps.next().done !== true);
    }),
  );
  return ms.toFixed(1);
}
