/* Members of a struct_ops type for calls by hand: their arguments, and parsing of form fields. */
import type { Btf } from '../../engine/index.ts';

export interface MemberArgument {
  readonly name: string;
  /** in C: `struct counter *counter` */
  readonly declaration: string;
  readonly isPointer: boolean;
  /** size of a pointer's target; -1 when unknown */
  readonly bytes: number;
}

export interface CalledMember {
  readonly name: string;
  readonly prototype: string;
  readonly isVoid: boolean;
  readonly args: readonly MemberArgument[];
}

/** Function members of a kernel struct, in its order. */
export function calledMembers(btf: Btf, struct: string): CalledMember[] {
  const members = btf.type(btf.find('STRUCT', struct))?.members ?? [];
  return members.flatMap((member): CalledMember[] => {
    const pointer = btf.type(btf.skipModifiers(member.type));
    const proto = pointer?.kind === 'PTR' ? btf.type(btf.skipModifiers(pointer.type)) : null;
    if (proto?.kind !== 'FUNC_PROTO') return [];
    const args = proto.params.map(({ name, type }, i): MemberArgument => {
      const target = btf.type(btf.skipModifiers(type));
      const isPointer = target?.kind === 'PTR';
      return {
        name: name || `argument ${i + 1}`,
        declaration: btf.declare(type, name),
        isPointer,
        bytes: isPointer ? btf.sizeOf(target.type) : 0,
      };
    });
    return [{ name: member.name, prototype: btf.declare(member.type, member.name), isVoid: proto.type === 0, args }];
  });
}

/** Parses typed text to a command's argument; `problem` says why it is invalid. */
export function readArgument(
  { name, isPointer }: MemberArgument,
  typed: string,
): { readonly value: number | string } | { readonly problem: string } {
  const text = typed.trim();
  if (isPointer) {
    if (/^(0|null)$/i.test(text)) return { value: 0 };
    const digits = text.replace(/[\s_]/g, '');
    if (/^([\da-f]{2})*$/i.test(digits)) return { value: digits || '00' };
    return { problem: `${name}: two hex digits for each byte, as 05000000` };
  }
  const value = /^-?(0x[\da-f]+|\d+)$/i.test(text) ? number(text) : null;
  if (value === null || value < -(2n ** 63n) || value >= 2n ** 64n) {
    return { problem: `${name}: a number of at most 64 bits, as 7, -1 or 0xff` };
  }
  const exact = Number(value);
  if (Number.isSafeInteger(exact)) return { value: exact };
  return { value: value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}` };
}

const number = (text: string): bigint => (text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text));
