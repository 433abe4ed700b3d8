/*
 * The hot functions of reno.ts as WebAssembly, so that a compiled program calls them without leaving WebAssembly. Each
 * does exactly what its TypeScript counterpart does; a test compares them on sockets of every kind.
 */
import { REGIONS } from '../../vm/memory.ts';
import type { EmittedFunction } from '../../vm/functions.ts';
import type { CodeWriter } from '../../vm/wasm/encoder.ts';
import { I32, W, type WasmOp } from '../../vm/wasm/opcodes.ts';
import type { TcpOffsets, TcpSockField } from '../socket/offsets.ts';

/** Local numbers; parameters come first: the socket, then the other arguments. */
const SK = 0;

/** Makes a function of a socket that returns 0 for an address that is not a socket, as the TypeScript version does. */
function ofSocket(locals: number, offsets: TcpOffsets, body: (code: SockCode) => void): EmittedFunction {
  const room = REGIONS.arena.size - offsets.sock.size;
  return {
    locals: Array.from({ length: locals }, () => I32),
    body(out) {
      out.get(SK).i32(REGIONS.arena.base).op(W.i32_sub).i32(room).op(W.i32_gt_u).block(W.if);
      out.i32(0).op(W.return).op(W.end);
      out.get(SK).i32(-4).op(W.i32_and).set(SK);
      body(new SockCode(out, offsets));
    },
  };
}

class SockCode {
  constructor(
    readonly out: CodeWriter,
    private readonly offsets: TcpOffsets,
  ) {}

  load(field: TcpSockField): CodeWriter {
    const { kind, offset, shift, width } = this.offsets.sock.layout[field];
    if (kind !== 'bits') return this.out.get(SK).memory(W.i32_load, offset);
    return this.out
      .get(SK)
      .memory(W.i32_load8_u, offset)
      .i32(((1 << width) - 1) << shift)
      .op(W.i32_and);
  }

  store(field: TcpSockField, value: () => unknown): void {
    this.out.get(SK);
    value();
    this.out.memory(W.i32_store, this.offsets.sock.layout[field].offset);
  }

  /** The lesser or greater of two locals. */
  least = (a: number, b: number): CodeWriter => this.pick(a, b, W.i32_lt_u);
  greatest = (a: number, b: number): CodeWriter => this.pick(a, b, W.i32_gt_u);

  private pick(a: number, b: number, first: WasmOp): CodeWriter {
    return this.out.get(a).get(b).get(a).get(b).op(first).op(W.select);
  }

  when(body: () => unknown): void {
    this.out.block(W.if);
    body();
    this.out.op(W.end);
  }
}

/** Locals of `slowStart`. */
interface SlowStart {
  readonly acked: number;
  readonly cwnd: number;
  readonly grown: number;
  readonly limit: number;
}

/** Leaves the part of `acked` that slow start did not use. */
function slowStart(code: SockCode, { acked, cwnd, grown, limit }: SlowStart): void {
  const { out } = code;
  code.load('snd_cwnd').tee(cwnd).get(acked).op(W.i32_add).set(grown);
  code.load('snd_ssthresh').set(limit);
  code.least(grown, limit).set(grown);
  code.load('snd_cwnd_clamp').set(limit);
  code.store('snd_cwnd', () => code.least(grown, limit));
  out.get(acked).get(grown).get(cwnd).op(W.i32_sub).op(W.i32_sub);
}

/** Locals of `congAvoidAi`. */
interface CongAvoid {
  readonly w: number;
  readonly acked: number;
  readonly count: number;
  readonly cwnd: number;
  readonly more: number;
}

function congAvoidAi(code: SockCode, { w, acked, count, cwnd, more }: CongAvoid): void {
  const { out } = code;
  code.load('snd_cwnd').set(cwnd);
  code.load('snd_cwnd_cnt').tee(count).get(w).op(W.i32_ge_u);
  code.when(() => {
    out.i32(0).set(count);
    out.get(cwnd).i32(1).op(W.i32_add).set(cwnd);
  });
  out.get(count).get(acked).op(W.i32_add).tee(count).get(w).op(W.i32_ge_u).get(w).i32(0).op(W.i32_ne).op(W.i32_and);
  code.when(() => {
    out.get(count).get(w).op(W.i32_div_u).set(more);
    out.get(count).get(more).get(w).op(W.i32_mul).op(W.i32_sub).set(count);
    out.get(cwnd).get(more).op(W.i32_add).set(cwnd);
  });
  code.store('snd_cwnd_cnt', () => out.get(count));
  code.load('snd_cwnd_clamp').set(more);
  code.store('snd_cwnd', () => code.least(cwnd, more));
}

/** By name: the kfuncs that are compiled in. */
export const emittedKfuncs: Readonly<Record<string, (offsets: TcpOffsets) => EmittedFunction>> = {
  tcp_reno_ssthresh: (offsets) =>
    ofSocket(2, offsets, (code) => {
      code.load('snd_cwnd').i32(1).op(W.i32_shr_u).set(1);
      code.out.i32(2).set(2);
      code.greatest(1, 2);
    }),
  tcp_reno_undo_cwnd: (offsets) =>
    ofSocket(2, offsets, (code) => {
      code.load('snd_cwnd').set(1);
      code.load('prior_cwnd').set(2);
      code.greatest(1, 2);
    }),
  tcp_slow_start: (offsets) =>
    ofSocket(3, offsets, (code) => slowStart(code, { acked: 1, cwnd: 2, grown: 3, limit: 4 })),
  tcp_cong_avoid_ai: (offsets) =>
    ofSocket(3, offsets, (code) => {
      congAvoidAi(code, { w: 1, acked: 2, count: 3, cwnd: 4, more: 5 });
      code.out.i32(0);
    }),
  tcp_reno_cong_avoid: (offsets) =>
    ofSocket(5, offsets, (code) => {
      const { out } = code;
      const [acked, cwnd, a, b, inSlowStart] = [2, 3, 4, 5, 6];
      code.load('snd_cwnd').tee(cwnd);
      code.load('snd_ssthresh').op(W.i32_lt_u).set(inSlowStart);
      code.load('is_cwnd_limited').op(W.i32_eqz);
      code.when(() => {
        out.get(cwnd);
        code.load('max_packets_out').i32(1).op(W.i32_shl).op(W.i32_lt_u).get(inSlowStart).op(W.i32_and).op(W.i32_eqz);
        code.when(() => out.i32(0).op(W.return));
      });
      out.get(inSlowStart);
      code.when(() => {
        slowStart(code, { acked, cwnd, grown: a, limit: b });
        out.tee(acked).op(W.i32_eqz);
        code.when(() => out.i32(0).op(W.return));
      });
      // w is the window after slow start
      code.load('snd_cwnd').set(1);
      congAvoidAi(code, { w: 1, acked, count: a, cwnd, more: b });
      out.i32(0);
    }),
};
