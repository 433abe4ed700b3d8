/*
 * Calls a member by hand, as the subsystem of a declared type would, with given arguments; returns the result and the
 * memory afterwards.
 */
import { entryOf } from '../../base/assert.ts';
import { KERNEL_BASE_HI } from '../../vm/memory.ts';
import type { Core } from '../core.ts';
import { giveMemory, takeMemory } from '../maps/heap.ts';
import type { StructOpsMap } from '../state.ts';
import type { ArgModel, FuncModel } from './func-model.ts';
import { structOpsType } from './types.ts';

/** Most argument words of the stack's own calls of members. */
const NATIVE_WORDS = 4;

/** A number, or bytes: what a pointer leads to, or a struct by value (zeros after them, up to the size of the type). */
export type CallArgument = number | bigint | Uint8Array;

export interface MemberCall {
  /** as the prototype has it: signed or not, 0 for void */
  readonly ret: number | bigint;
  readonly isVoid: boolean;
  /** contents of the memory at each pointer argument after the call */
  readonly after: readonly (Uint8Array | null)[];
}

/** Calls a member; returns a text when it cannot be called. */
export function callMember(
  k: Core,
  map: StructOpsMap,
  name: string,
  args: readonly CallArgument[],
): MemberCall | string {
  const type = structOpsType(k, map.struct);
  const member = type.members.find((m) => m.name === name);
  if (member?.kind !== 'func') return `struct ${type.name} has no function ${name}`;
  if (!member.model) return `${name} cannot be implemented by programs`;
  const wanted = member.model.args;
  if (args.length !== wanted.length) return `${name} takes ${wanted.length} arguments, not ${args.length}`;
  const address = k.memory.word(map.kdata + member.offset);
  if (address === 0) return `${name} is not implemented`;
  const misfit = args.map((arg, i) => whyUnfit(arg, entryOf(wanted, i), `argument ${i + 1} of ${name}`)).find(Boolean);
  if (misfit) return misfit;
  const held: (Held | null)[] = [];
  const words: bigint[] = [];
  for (const [i, arg] of args.entries()) {
    const model = entryOf(wanted, i);
    const place = arg instanceof Uint8Array && model.pointer ? hold(k, arg, pointeeBytes(k, member.type, i)) : null;
    held.push(place);
    if (place?.at === 0) {
      for (const one of held) if (one) giveMemory(k, 'arena', one.at, one.bytes);
      return 'there is no memory for the arguments';
    }
    words.push(...(place ? [pointerTo(place.at)] : wordsOf(arg, model)));
  }
  const result = run(k, address, words, member.model);
  const after = held.map((place) => place && k.memory.u8.slice(place.at, place.at + place.bytes));
  for (const place of held) if (place) giveMemory(k, 'arena', place.at, place.bytes);
  const { retSize } = member.model;
  return { ret: returned(result, member.model), isVoid: retSize === 0, after };
}

interface Held {
  readonly at: number;
  readonly bytes: number;
}

function hold(k: Core, given: Uint8Array, least: number): Held {
  const bytes = Math.max(given.length, least, 1);
  const at = takeMemory(k, 'arena', bytes);
  if (at !== 0) k.memory.u8.set(given, at);
  return { at, bytes };
}

const pointerTo = (at: number): bigint => (BigInt(KERNEL_BASE_HI) << 32n) | BigInt(at);

/** Why an argument does not fit its parameter; null when it fits. Values are never truncated. */
function whyUnfit(arg: CallArgument, { pointer, struct, size }: ArgModel, what: string): string | null {
  if (arg instanceof Uint8Array) {
    if (pointer) return null;
    if (!struct) return `${what} is a number, not memory`;
    return arg.length <= size ? null : `${what} has ${size} bytes, not ${arg.length}`;
  }
  if (struct) return `${what} is a struct of ${size} bytes, given as [bytes]`;
  const bits = BigInt((pointer ? 8 : size) * 8);
  const value = BigInt(arg);
  const fits = value >= -(1n << (bits - 1n)) && value < 1n << bits;
  return fits ? null : `${what} is a number of ${bits / 8n} bytes: ${value} does not fit`;
}

/** Words of an argument as the trampoline stores them: one of 64 bits, for a struct as many as it needs. */
function wordsOf(arg: CallArgument, { pointer, size, signed }: ArgModel): bigint[] {
  if (arg instanceof Uint8Array) {
    const padded = new Uint8Array(Math.ceil(size / 8) * 8);
    padded.set(arg);
    return [...new BigUint64Array(padded.buffer)];
  }
  const value = BigInt(arg);
  if (pointer) return [value === 0n ? 0n : pointerTo(Number(BigInt.asUintN(32, value)))];
  const bits = size * 8;
  return [BigInt.asUintN(64, signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value))];
}

/**
 * Calls whose arguments fit into words take the same path as the stack's own calls; otherwise the arguments are written
 * into the context directly.
 */
function run(k: Core, address: number, words: readonly bigint[], { args, retSize }: FuncModel): bigint {
  const fits = args.every(({ pointer, struct, size }) => pointer || (!struct && size <= 4));
  if (args.length <= NATIVE_WORDS && fits && retSize <= 4) {
    const [a = 0, b = 0, c = 0, d = 0] = words.map((word) => Number(BigInt.asIntN(32, word)));
    return BigInt(k.text.call(address, a, b, c, d) >>> 0);
  }
  const bytes = words.length * 8;
  const at = takeMemory(k, 'arena', Math.max(bytes, 1));
  if (at === 0) return 0n;
  for (const [i, word] of words.entries()) {
    k.memory.u32[(at >>> 2) + i * 2] = Number(word & 0xffff_ffffn);
    k.memory.u32[(at >>> 2) + i * 2 + 1] = Number(word >> 32n);
  }
  const result = k.text.callWide(address, at) ?? 0n;
  giveMemory(k, 'arena', at, Math.max(bytes, 1));
  return result;
}

/** Converts the result by the prototype's width and sign; a bigint where a number would be inexact. */
function returned(result: bigint, { retSize, retSigned }: FuncModel): number | bigint {
  const bits = retSize * 8;
  const value = retSigned === true ? BigInt.asIntN(bits, result) : BigInt.asUintN(bits, result);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Size in bytes of the type that the nth parameter points to; 0 when it has none. */
function pointeeBytes({ btf }: Core, typeId: number, n: number): number {
  const target = pointee(btf, typeId, n);
  return target === 0 ? 0 : Math.max(0, btf.sizeOf(target));
}

/** Type that the nth parameter of a function pointer type points to; 0 when there is none. */
export function pointee(btf: Core['btf'], typeId: number, n: number): number {
  const pointer = btf.type(btf.skipModifiers(typeId));
  const proto = pointer && btf.type(btf.skipModifiers(pointer.type));
  const param = proto?.params[n];
  const type = param && btf.type(btf.skipModifiers(param.type));
  return type?.kind === 'PTR' ? type.type : 0;
}
