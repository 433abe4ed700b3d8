/* Calling a member by hand, as the subsystem of a declared type would: arguments given, result and memory shown. */
import type { Core } from '../core.ts';
import { giveMemory, takeMemory } from '../maps/heap.ts';
import type { MapObject } from '../state.ts';
import { structOpsType } from './types.ts';

/** A number, or the bytes that a pointer leads to (zeros after them, up to the size of its type). */
export type CallArgument = number | Uint8Array;

export interface MemberCall {
  /** as the prototype has it: signed or not, 0 for void */
  readonly ret: number;
  readonly isVoid: boolean;
  /** what the memory behind each pointer argument held afterwards */
  readonly after: readonly (Uint8Array | null)[];
}

/** A text says why it cannot be called. */
export function callMember(k: Core, map: MapObject, name: string, args: readonly CallArgument[]): MemberCall | string {
  const type = structOpsType(k, map.struct);
  const member = type.members.find((m) => m.name === name);
  if (member?.kind !== 'func') return `struct ${type.name} has no function ${name}`;
  if (!member.model) return `${name} cannot be implemented by programs`;
  const wanted = member.model.args;
  if (args.length !== wanted.length) return `${name} takes ${wanted.length} arguments, not ${args.length}`;
  const address = k.memory.u32[(map.kdata + member.offset) >>> 2];
  if (address === 0) return `${name} is not implemented`;
  const held: { at: number; bytes: number }[] = [];
  const words: number[] = [];
  for (const [i, arg] of args.entries()) {
    if (typeof arg === 'number') {
      words.push(arg | 0);
      continue;
    }
    if (!wanted[i].pointer) return `argument ${i + 1} of ${name} is a number, not memory`;
    const bytes = Math.max(arg.length, pointeeBytes(k, member.type, i), 1);
    const at = takeMemory(k, 'arena', bytes);
    if (at === 0) return 'there is no memory for the arguments';
    k.memory.u8.set(arg, at);
    held.push({ at, bytes });
    words.push(at);
  }
  const [a = 0, b = 0, c = 0, d = 0] = words;
  const result = k.text.call(address, a, b, c, d);
  let next = 0;
  const after = args.map((arg) => {
    if (typeof arg === 'number') return null;
    const { at, bytes } = held[next++];
    return k.memory.u8.slice(at, at + bytes);
  });
  for (const { at, bytes } of held) giveMemory(k, 'arena', at, bytes);
  const { retSize, retSigned } = member.model;
  return { ret: retSigned === true ? result | 0 : result >>> 0, isVoid: retSize === 0, after };
}

/** Bytes of what the nth parameter points at; 0 when that has no size. */
function pointeeBytes({ btf }: Core, typeId: number, n: number): number {
  const target = pointee(btf, typeId, n);
  return target === 0 ? 0 : Math.max(0, btf.sizeOf(target));
}

/** Type behind the nth parameter, a pointer, of a function pointer type; 0 when there is none. */
export function pointee(btf: Core['btf'], typeId: number, n: number): number {
  const pointer = btf.type(btf.skipModifiers(typeId));
  const proto = pointer && btf.type(btf.skipModifiers(pointer.type));
  const param = proto?.params[n];
  const type = param && btf.type(btf.skipModifiers(param.type));
  return type?.kind === 'PTR' ? type.type : 0;
}
