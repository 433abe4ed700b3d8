/*
 * Converts the attributes of BPF_PROG_LOAD for the verifier: program types by number, and the tables of functions and
 * lines.
 */
import type { Btf } from '../btf/btf.ts';
import { stringAt } from '../btf/read.ts';
import type { FuncInfo, LineInfo } from './environment.ts';

/** Program types (enum bpf_prog_type) that this verifier supports. */
const FOLLOWED: ReadonlyMap<number, string> = new Map([
  [1, 'socket_filter'],
  [2, 'kprobe'],
  [3, 'sched_cls'],
  [4, 'sched_act'],
  [5, 'tracepoint'],
  [6, 'xdp'],
  [8, 'cgroup_skb'],
  [17, 'raw_tracepoint'],
  [27, 'struct_ops'],
  [31, 'syscall'],
]);

/** Name of a supported program type; null for any other. */
export const followedType = (type: number): string | null => FOLLOWED.get(type) ?? null;

/** BPF_LINE_INFO_LINE_NUM: the low bits of the last word are the column. */
const COLUMN_BITS = 10;

/** A table as user space gives it; each record has `size` bytes, of which only the first words are read. */
export interface GivenTable {
  readonly bytes: unknown;
  readonly count: number;
  readonly size: number;
}

function records({ bytes, count, size }: GivenTable, words: number): number[][] {
  if (!(bytes instanceof Uint8Array) || count === 0 || bytes.length < count * size) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: words }, (__, word) => view.getUint32(i * size + word * 4, true)),
  );
}

export const funcInfoOf = (table: GivenTable): FuncInfo[] =>
  records(table, 2).map(([insnOff, typeId]) => ({ insnOff, typeId }));

export const lineInfoOf = (table: GivenTable, btf: Btf): LineInfo[] =>
  records(table, 4).map(([insnOff, file, text, place]) => ({
    insnOff,
    file: stringAt(btf, file),
    text: stringAt(btf, text),
    line: place >>> COLUMN_BITS,
  }));
