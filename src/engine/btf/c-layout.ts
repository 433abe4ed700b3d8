/* Where members of a struct go, as a C compiler for x86-64 lays them out. */
import type { BtfMember } from './btf.ts';
import type { CType } from './c-types.ts';

export interface Attributes {
  /** bytes; 1 when the source asks for none */
  readonly align: number;
  readonly packed: boolean;
  /** bytes of an enum; null: as many as its values need */
  readonly bytes: number | null;
}

export const PLAIN: Attributes = { align: 1, packed: false, bytes: null };

/** A member as declared; `name` is null for an unnamed bitfield. */
interface Field {
  readonly name: string | null;
  readonly type: CType;
  readonly bitSize: number;
  readonly asked: Attributes;
}

interface Laid {
  readonly members: readonly BtfMember[];
  readonly align: number;
  readonly size: number;
}

/** Collects members and lays them out at the end, because `packed` is known only there. */
export class StructLayout {
  private readonly fields: Field[] = [];
  private readonly names = new Set<string>();

  constructor(private readonly isUnion: boolean) {}

  has(name: string): boolean {
    return this.names.has(name);
  }

  add(name: string | null, type: CType, bitSize: number, asked: Attributes): void {
    this.fields.push({ name, type, bitSize, asked });
    if (name !== null && name !== '') this.names.add(name);
  }

  end(asked: Attributes): Laid {
    const members: BtfMember[] = [];
    let bits = 0;
    let largest = 1;
    for (const { name, type, bitSize, asked: own } of this.fields) {
      const natural = asked.packed || own.packed ? 1 : type.align;
      const align = Math.max(natural, own.align);
      const unit = type.size * 8;
      let at = this.isUnion ? 0 : bits;
      const isBitfield = bitSize > 0 || (name === null && bitSize === 0);
      // a bitfield stays in one unit of its type; of width 0, it begins the next; everything else is aligned
      const crosses = Math.floor(at / unit) !== Math.floor((at + bitSize - 1) / unit);
      if (!isBitfield || bitSize === 0 || (crosses && !asked.packed)) at = Math.ceil(at / (align * 8)) * align * 8;
      if (name !== null) members.push({ name, type: type.id, bitOffset: at, bitSize });
      bits = Math.max(bits, at + (isBitfield ? bitSize : Math.max(0, unit)));
      if (name !== null) largest = Math.max(largest, align);
    }
    const align = Math.max(largest, asked.align);
    return { members, align, size: Math.ceil(Math.ceil(bits / 8) / align) * align };
  }
}
