/* What programs of a type may read and write of their context (is_valid_access of each type's verifier ops). */

/** What a load from the context gives. */
export interface CtxValue {
  /** register type with flags */
  readonly type: number;
  readonly btfId?: number;
}

/** `Env`: the session in which a program is verified. */
export interface CtxRules<Env> {
  /** null: the access is not allowed */
  access(env: Env, off: number, size: number, isWrite: boolean): CtxValue | null;
  /** packet data may be written */
  readonly packetWrites: boolean;
  /** helpers may be given packet pointers, packet pointers exist */
  readonly packetAccess: boolean;
  /** LD_ABS and LD_IND */
  readonly skbLoads: boolean;
  /** range of R0 at exit; null: any readable value */
  returns(env: Env): readonly [number, number] | null | 'void';
}
