/*
 * BTF as the rest of the engine sees it. Ids are the kernel's own, also for the shipped subset: the reader translates
 * by the id table, so that `bpf()` and the page speak of tcp_congestion_ops as 33922.
 */

export const BTF_KIND = {
  VOID: 0,
  INT: 1,
  PTR: 2,
  ARRAY: 3,
  STRUCT: 4,
  UNION: 5,
  ENUM: 6,
  FWD: 7,
  TYPEDEF: 8,
  VOLATILE: 9,
  CONST: 10,
  RESTRICT: 11,
  FUNC: 12,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  FLOAT: 16,
  DECL_TAG: 17,
  TYPE_TAG: 18,
  ENUM64: 19,
} as const;
export type BtfKindName = keyof typeof BTF_KIND;

export interface BtfMember {
  readonly name: string;
  readonly type: number;
  readonly bitOffset: number;
  /** 0: not a bitfield */
  readonly bitSize: number;
}

export interface BtfParam {
  readonly name: string;
  readonly type: number;
}

export interface BtfEnumerator {
  readonly name: string;
  readonly value: bigint;
}

/** One variable or function of a DATASEC. */
export interface BtfVarSecInfo {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

/** One type, decoded. Fields that its kind lacks are 0 or empty. */
export interface BtfType {
  readonly id: number;
  readonly kind: BtfKindName;
  readonly name: string;
  readonly kindFlag: boolean;
  /** bytes: INT, STRUCT, UNION, ENUM, ENUM64, FLOAT, DATASEC */
  readonly size: number;
  /** PTR, TYPEDEF, modifiers, FUNC (proto), FUNC_PROTO (return), VAR, ARRAY (element), tags */
  readonly type: number;
  readonly members: readonly BtfMember[];
  readonly params: readonly BtfParam[];
  readonly enumerators: readonly BtfEnumerator[];
  /** DATASEC */
  readonly variables: readonly BtfVarSecInfo[];
  /** ARRAY */
  readonly length: number;
  readonly indexType: number;
  /** INT: bits and encoding; FUNC and VAR: linkage; DECL_TAG: component index */
  readonly extra: number;
}

/** A field reached by a path of member names, through anonymous members as C does. */
export interface Field {
  readonly type: number;
  readonly byteOffset: number;
  /** bytes of the field's type; -1 for what has no size */
  readonly size: number;
  /** for a bitfield: first bit counted from byteOffset (little endian), and width; else 0 and 0 */
  readonly bit: number;
  readonly bitSize: number;
}

export interface Btf {
  /** the blob itself, without its base */
  readonly bytes: Uint8Array;
  /** types in the blob; `idAt(0)` to `idAt(count - 1)` are their ids, ascending */
  readonly count: number;
  idAt(position: number): number;
  /** highest id + 1 */
  readonly idLimit: number;
  /** null for an id that is not here (a subset has gaps); id 0 is VOID */
  type(id: number): BtfType | null;
  /** first id of that kind and name; 0 when there is none */
  find(kind: BtfKindName, name: string): number;
  /** through typedefs, const, volatile, restrict and type tags */
  skipModifiers(id: number): number;
  /** bytes; -1 for what has no size */
  sizeOf(id: number): number;
  /**
   * A struct or union by name, a member by path: `field('tcp_sock', 'inet_conn.icsk_ca_state')`,
   * `field('inet_connection_sock', 'icsk_ca_priv[3]')`; a first name that the struct lacks is looked for in the structs
   * embedded at its start (a tcp_sock is a sock: `field('tcp_sock', 'sk_pacing_rate')`), if only one of them has it.
   * null when there is no such member.
   */
  field(struct: string, path: string): Field | null;
  /** C text of a type as a declaration would show it: `u32 (*)(struct sock *sk)` */
  declare(id: number, name?: string): string;
}
