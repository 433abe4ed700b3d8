/** Compares the sample programs with plain arithmetic: equal windows for any socket, in both engines. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert as check, boolean, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../engine/base/testing/runs.ts';
import { openBtf } from '../engine/btf/read.ts';
import { assemble } from '../engine/isa/assembler.ts';
import { linkProgram } from '../engine/isa/link.ts';
import { symbolsFromBtf } from '../engine/libbpf/symbols.ts';
import { KernelFunctions } from '../engine/vm/functions.ts';
import { BpfMachine, type Engine } from '../engine/vm/machine.ts';
import { Memory } from '../engine/vm/memory.ts';

const BTF = join(import.meta.dirname, '..', '..', 'public', 'btf');

function openKernel() {
  const ids = new Uint32Array(new Uint8Array(readFileSync(join(BTF, 'v6.12.ids'))).buffer);
  const btf = openBtf(new Uint8Array(readFileSync(join(BTF, 'v6.12.btf'))), ids);
  if (!btf.ok) throw new Error(btf.error.message);
  return { btf: btf.value, symbols: symbolsFromBtf(btf.value) };
}

const { btf, symbols } = openKernel();
const offsetOf = (field: string): number => btf.field('tcp_sock', field)?.byteOffset ?? Number.NaN;
const SOCK_BYTES = btf.sizeOf(btf.find('STRUCT', 'tcp_sock'));

interface Sock {
  snd_cwnd: number;
  snd_cwnd_cnt: number;
  snd_ssthresh: number;
  snd_cwnd_clamp: number;
  prior_cwnd: number;
  max_packets_out: number;
}
const WORDS = ['snd_cwnd', 'snd_cwnd_cnt', 'snd_ssthresh', 'snd_cwnd_clamp', 'prior_cwnd', 'max_packets_out'] as const;

/** tcp_slow_start: returns the packets that are left. */
function slowStart(tp: Sock, acked: number): number {
  const cwnd = Math.min(tp.snd_cwnd + acked, tp.snd_ssthresh);
  const left = acked - (cwnd - tp.snd_cwnd);
  tp.snd_cwnd = Math.min(cwnd, tp.snd_cwnd_clamp);
  return left;
}

/** tcp_cong_avoid_ai */
function congAvoidAi(tp: Sock, w: number, acked: number): void {
  if (tp.snd_cwnd_cnt >= w) {
    tp.snd_cwnd_cnt = 0;
    tp.snd_cwnd++;
  }
  tp.snd_cwnd_cnt += acked;
  if (tp.snd_cwnd_cnt >= w) {
    const delta = Math.floor(tp.snd_cwnd_cnt / w);
    tp.snd_cwnd_cnt -= delta * w;
    tp.snd_cwnd += delta;
  }
  tp.snd_cwnd = Math.min(tp.snd_cwnd, tp.snd_cwnd_clamp);
}

interface Model {
  ssthresh: (tp: Sock) => number;
  undo_cwnd: (tp: Sock) => number;
  cong_avoid: (tp: Sock, acked: number, limited: boolean) => void;
}

const undo = (tp: Sock): number => Math.max(tp.snd_cwnd, tp.prior_cwnd);

const MODELS: Readonly<Record<string, Model>> = {
  bpf_reno: {
    ssthresh: (tp) => Math.max(tp.snd_cwnd >>> 1, 2),
    undo_cwnd: undo,
    cong_avoid(tp, acked, limited) {
      const inSlowStart = tp.snd_cwnd < tp.snd_ssthresh;
      if (!limited && !(inSlowStart && tp.snd_cwnd < 2 * tp.max_packets_out)) return;
      const left = inSlowStart ? slowStart(tp, acked) : acked;
      if (left > 0 || !inSlowStart) congAvoidAi(tp, tp.snd_cwnd, left);
    },
  },
  bpf_aimd: {
    ssthresh: (tp) => Math.max(tp.snd_cwnd - (tp.snd_cwnd >>> 3), 2),
    undo_cwnd: undo,
    cong_avoid(tp, acked, limited) {
      if (!limited) return;
      if (tp.snd_cwnd < tp.snd_ssthresh) {
        tp.snd_cwnd = Math.min(tp.snd_cwnd + acked, tp.snd_ssthresh);
      } else {
        tp.snd_cwnd_cnt += acked;
        if (tp.snd_cwnd_cnt >= tp.snd_cwnd) {
          tp.snd_cwnd_cnt -= tp.snd_cwnd;
          tp.snd_cwnd++;
        }
      }
      tp.snd_cwnd = Math.min(tp.snd_cwnd, tp.snd_cwnd_clamp);
    },
  },
};

function bench(engine: Engine) {
  const memory = new Memory();
  const functions = new KernelFunctions();
  const machine = new BpfMachine(memory, functions, { engine });
  const sock = memory.alloc('arena', SOCK_BYTES);
  const context = memory.alloc('arena', 32);
  const read = (): Sock =>
    Object.fromEntries(WORDS.map((name) => [name, memory.u32[(sock + offsetOf(name)) >>> 2]])) as unknown as Sock;
  const write = (tp: Sock): void => {
    for (const name of WORDS) memory.u32[(sock + offsetOf(name)) >>> 2] = tp[name];
  };
  const onSock =
    (work: (tp: Sock, b: number, c: number) => number) =>
    (at: number, b: number, c: number): number => {
      expect(at).toBe(sock);
      const tp = read();
      const result = work(tp, b >>> 0, c >>> 0);
      write(tp);
      return result;
    };
  const kfunc = (name: string) => ({ name, kind: 'kfunc' as const, id: symbols.kfunc(name)?.id ?? 0 });
  functions.register({ ...kfunc('tcp_slow_start'), args: ['ptr', 'u32'], ret: 'u32', call: onSock(slowStart) });
  functions.register({
    ...kfunc('tcp_cong_avoid_ai'),
    args: ['ptr', 'u32', 'u32'],
    ret: 'void',
    call: onSock((tp, w, acked) => {
      congAvoidAi(tp, w, acked);
      return 0;
    }),
  });
  const load = (text: string) => {
    const { value, diagnostics } = assemble(text, symbols);
    expect(diagnostics).toEqual([]);
    return Object.fromEntries(
      value.functions.map(({ name, member }) => {
        const prepared = machine.prepare(linkProgram(value, name)?.insns ?? new Uint8Array());
        if (!prepared.ok) throw new Error(prepared.error.message);
        return [member, prepared.value];
      }),
    );
  };
  return { machine, memory, sock, context, read, write, load };
}

const u32 = (max: number) => integer({ min: 0, max });
const sockets = record({
  snd_cwnd: integer({ min: 1, max: 5000 }),
  snd_cwnd_cnt: u32(100),
  snd_ssthresh: integer({ min: 2, max: 5000 }),
  snd_cwnd_clamp: integer({ min: 2, max: 6000 }),
  prior_cwnd: u32(5000),
  max_packets_out: u32(3000),
});

describe.each(['interpreted', 'compiled'] as const)('%s', (engine) => {
  test.each(Object.keys(MODELS))('%s', (name) => {
    const { machine, memory, sock, context, read, write, load } = bench(engine);
    const programs = load(readFileSync(join(import.meta.dirname, 'programs', `${name}.s`), 'utf8'));
    const model = MODELS[name];
    const limitedBit = btf.field('tcp_sock', 'is_cwnd_limited');
    check(
      property(sockets, integer({ min: 1, max: 100 }), boolean(), (tp, acked, limited) => {
        memory.u8.fill(0xff, sock, sock + SOCK_BYTES);
        const mask = 1 << (limitedBit?.bit ?? 0);
        const at = sock + (limitedBit?.byteOffset ?? 0);
        memory.u8[at] = limited ? 0xff : 0xff & ~mask;
        write(tp);
        memory.setPointer(context, sock);
        memory.setU64(context + 8, 12345);
        memory.setU64(context + 16, acked);
        expect(machine.run(programs.ssthresh, context)).toBe(model.ssthresh(tp));
        expect(machine.run(programs.undo_cwnd, context)).toBe(model.undo_cwnd(tp));
        machine.run(programs.cong_avoid, context);
        const expected = { ...tp };
        model.cong_avoid(expected, acked, limited);
        expect(read()).toEqual(expected);
      }),
      { numRuns: runs(300, 5000) },
    );
    expect(machine.zeroReads.count).toBe(0);
  });
});
