/** User space that requests ever more gets ENOMEM or EMFILE, and the machine keeps working. */
import { expect, test } from 'vitest';
import { boot, loader } from './testing/boot.ts';

const ERRNOS = [-12, -24];

/** Requests until refused, in a new process whenever one has no fds left. Returns the refusal in a fresh process. */
function until(booted: ReturnType<typeof boot>, ask: (pid: number) => number, most = 40_000): number {
  let pid = booted.kernel.spawn('greedy');
  let fresh = true;
  for (let n = 0; n < most; n++) {
    const ret = ask(pid);
    if (ret >= 0) {
      fresh = false;
      continue;
    }
    expect(ERRNOS).toContain(ret);
    if (fresh) return ret;
    pid = booted.kernel.spawn('greedy');
    fresh = true;
  }
  return 0;
}

const array = (bytes: number, flags = 0) => ({
  map_type: 2,
  key_size: 4,
  value_size: bytes,
  max_entries: 1,
  map_flags: flags,
});

test.each([
  ['maps of 8 bytes', array(8)],
  ['maps of a megabyte', array(1 << 20)],
  ['read-only maps', array(4096, 128)],
  ['maps of programs', { ...array(4), map_type: 3, max_entries: 500 }],
])('%s', (_what, attr) => {
  const booted = boot();
  expect(until(booted, (pid) => booted.kernel.bpf(pid, 'BPF_MAP_CREATE', attr).ret)).toBe(-12);
  // what is freed can be allocated again
  booted.kernel.exit(101);
});

test('programs of one process after another', () => {
  const booted = boot();
  const insns = Uint8Array.of(0xb7, 0, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
  const license = new TextEncoder().encode('GPL\0');
  // every program adds to a list that is copied: a few thousand show that fds end first
  const ret = until(
    booted,
    (pid) => booted.kernel.bpf(pid, 'BPF_PROG_LOAD', { prog_type: 1, insn_cnt: 2, insns, license }).ret,
    3000,
  );
  expect([0, -12]).toContain(ret);
});

test('struct_ops maps', () => {
  const booted = boot();
  const of = new Map<number, ReturnType<typeof loader>>();
  const ask = (pid: number): number => {
    const known = of.get(pid) ?? loader(booted, pid);
    of.set(pid, known);
    return known.map();
  };
  expect(until(booted, ask, 3000)).toBe(-12);
});
