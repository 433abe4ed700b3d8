/*
 * Rules by program type: which parts of the context may be read and written (is_valid_access of each type's verifier
 * ops).
 */

/** Type of the value that a load from the context gives. */
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
  /** the type has packet pointers, and helpers may be given them */
  readonly packetAccess: boolean;
  /** LD_ABS and LD_IND */
  readonly skbLoads: boolean;
  /** range of R0 at exit; null: any readable value */
  returns(env: Env): readonly [number, number] | null | 'void';
}
