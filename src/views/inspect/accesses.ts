/* Lists instructions that load or store a field, from the verifier's findings. */
import type { Btf, ProgramText, StructAccess } from '../../engine/index.ts';

export interface Access extends StructAccess {
  /** 0-based line of the program's text */
  readonly line: number;
  readonly text: string;
}

export const accessesOf = (program: ProgramText): Access[] =>
  program.flatMap(({ line, text, touches }) => touches.map((one) => ({ ...one, line, text })));

export const accessWords = ({ reads, writes }: StructAccess): string =>
  reads && writes ? 'reads and writes' : writes ? 'writes' : 'reads';

/**
 * Names of the structs embedded at the start of a struct, itself first: a connection's `struct sock *` also points to
 * its tcp_sock.
 */
export function embeddedFirst(btf: Btf, id: number): string[] {
  const names: string[] = [];
  for (let at = btf.type(btf.skipModifiers(id)); at && !names.includes(at.name); ) {
    names.push(at.name);
    const [first] = at.members;
    const inner = first?.bitOffset === 0 ? btf.type(btf.skipModifiers(first.type)) : null;
    at = inner?.kind === 'STRUCT' ? inner : null;
  }
  return names;
}

/** Accesses to bytes of a field, through a pointer to one of these structs. */
export const touching = (
  accesses: readonly Access[],
  structs: readonly string[],
  { offset, size }: { readonly offset: number; readonly size: number },
): Access[] =>
  accesses.filter(
    (one) => structs.includes(one.struct) && one.offset < offset + size && one.offset + one.bytes > offset,
  );
