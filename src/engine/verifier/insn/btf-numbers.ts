import type { Btf, BtfType } from '../../btf/btf.ts';
import type { Session } from '../session.ts';
import { isScalarKind, isStruct } from './btf-walk.ts';

const MAX_DEPTH = 4;

/** A struct of numbers only, not too deep (__btf_type_is_scalar_struct). */
export function isNumbers(env: Session, btf: Btf, t: BtfType, depth: number): boolean {
  return t.members.every(({ type }) => {
    let inner = btf.type(btf.skipModifiers(type));
    if (isStruct(inner)) {
      if (depth >= MAX_DEPTH - 1) {
        env.say('max struct nesting depth exceeded\n');
        return false;
      }
      return isNumbers(env, btf, inner, depth + 1);
    }
    if (inner?.kind === 'ARRAY') {
      if (inner.length === 0) return false;
      inner = btf.type(btf.skipModifiers(inner.type));
    }
    return isScalarKind(inner);
  });
}
