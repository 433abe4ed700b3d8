/* Comparisons with the end of a packet: how many bytes may be read on each arm (try_match_pkt_pointers). */
import type { Insn } from '../../isa/insn.ts';
import { forEachReg, type Reg, type State } from '../state.ts';
import * as T from '../types.ts';
import { JGE, JGT, JLE, JLT } from './refine.ts';

const MAX_PACKET_OFF = 0xffff;
const BEYOND_PKT_END = -2;
const AT_PKT_END = -1;

const isInit = ({ v }: Reg): boolean =>
  v.type === T.PTR_TO_PACKET && v.id === 0 && v.off === 0 && v.b.m === 0n && v.b.v === 0n;

/** Whether `p` and `end` belong together in a comparison. */
const pairs = (p: Reg, end: Reg): boolean =>
  (p.v.type === T.PTR_TO_PACKET && end.v.type === T.PTR_TO_PACKET_END) ||
  (p.v.type === T.PTR_TO_PACKET_META && isInit(end));

/** find_good_pkt_pointers: all pointers with p's base may reach up to p, or one further when p itself is below the end. */
function giveRange(st: State, p: T.Val, open: boolean): void {
  if (p.off < 0 || (p.off === 0 && open)) return;
  if (p.b.umax > BigInt(MAX_PACKET_OFF) || p.b.umax + BigInt(p.off) > BigInt(MAX_PACKET_OFF)) return;
  const range = p.off + (open ? 1 : 0);
  forEachReg(st, (r) => {
    if (r.v.type === p.type && r.v.id === p.id && r.v.range < range) r.v = T.derive(r.v, { range });
  });
}

function markEnd(st: State, n: number, beyond: boolean): void {
  const r = st.frame.regs[n];
  if (r.v.type === T.PTR_TO_PACKET) r.v = T.derive(r.v, { range: beyond ? BEYOND_PKT_END : AT_PKT_END });
}

/** By comparison `p OP end`: the arm with the range, whether p is below the end there, and the mark of the other arm. */
const RULES: Readonly<Record<number, { taken: boolean; open: boolean; beyond: boolean }>> = {
  [JGT]: { taken: false, open: false, beyond: true },
  [JLT]: { taken: true, open: true, beyond: false },
  [JGE]: { taken: false, open: true, beyond: false },
  [JLE]: { taken: true, open: false, beyond: true },
};
const FLIPPED: Readonly<Record<number, number>> = { [JGT]: JLT, [JLT]: JGT, [JGE]: JLE, [JLE]: JGE };

export function matchPackets(insn: Insn, op: number, dst: Reg, src: Reg, cur: State, other: State): boolean {
  if (RULES[op] === undefined) return false;
  const forward = pairs(dst, src);
  if (!forward && !pairs(src, dst)) return false;
  const rule = RULES[forward ? op : FLIPPED[op]];
  const p = forward ? dst : src;
  const n = forward ? insn.dst : insn.src;
  const value = p.v;
  giveRange(rule.taken ? other : cur, value, rule.open);
  markEnd(rule.taken ? cur : other, n, rule.beyond);
  return true;
}
