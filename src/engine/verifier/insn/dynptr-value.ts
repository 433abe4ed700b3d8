import * as T from '../types.ts';

/** The value of one: in its first slot, or in a register that points to one. */
export const dynptrValue = (kind: string, id: number, refObjId = 0, first = true): T.Val =>
  T.pointer(T.CONST_PTR_TO_DYNPTR, { id, refObjId, object: { kind, first, active: false, depth: 0 } });
