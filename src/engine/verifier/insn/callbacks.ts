/* Registers that a callback starts with, by helper (set_loop_callback_state and its like). */
import { copyReg } from '../state.ts';
import * as T from '../types.ts';
import type { SetCallee } from './set-callee.ts';
import type { CallMeta } from './call-meta.ts';
import { dynptrValue } from './dynptr-value.ts';

export interface CallbackRule {
  readonly isAsync: boolean;
  readonly set: SetCallee;
}

const mapElements =
  ({ map }: Pick<CallMeta, 'map'>, returns: readonly [number, number], context: boolean): SetCallee =>
  (_, caller, callee) => {
    callee.regs[1].v = T.pointer(T.CONST_PTR_TO_MAP, { map });
    callee.regs[2].v = T.pointer(T.PTR_TO_MAP_KEY, { map });
    callee.regs[3].v = T.pointer(T.PTR_TO_MAP_VALUE, { map });
    if (context) callee.regs[4] = copyReg(caller.regs[3]);
    callee.inCallback = true;
    callee.returns = returns;
  };

/** What a timer or a work queue calls is given its element: map, key and value. */
export const elementOfMap = (map: CallMeta['map']): SetCallee => mapElements({ map }, [0, 0], false);

/** Callback rule of a helper; null when it has no callback. */
export function callbackOf(id: number, meta: CallMeta): CallbackRule | null {
  switch (id) {
    case 164:
      return { isAsync: false, set: mapElements(meta, [0, 1], true) };
    case 170:
      return { isAsync: true, set: mapElements(meta, [0, 0], false) };
    case 180:
      return {
        isAsync: false,
        set: (env, caller, callee) => {
          callee.regs[1] = copyReg(caller.regs[1]);
          callee.regs[2].v = T.pointer(T.PTR_TO_BTF_ID, {
            btf: env.btf,
            btfId: env.btf.find('STRUCT', 'vm_area_struct'),
          });
          callee.regs[3] = copyReg(caller.regs[4]);
          callee.inCallback = true;
          callee.returns = [0, 1];
        },
      };
    case 181:
      return {
        isAsync: false,
        set: (_, caller, callee) => {
          callee.regs[1].v = T.UNKNOWN_SCALAR;
          callee.regs[2] = copyReg(caller.regs[3]);
          callee.inCallback = true;
          callee.returns = [0, 1];
        },
      };
    case 209:
      return {
        isAsync: false,
        set: (env, caller, callee) => {
          callee.regs[1].v = dynptrValue('local', env.newId());
          callee.regs[2] = copyReg(caller.regs[3]);
          callee.inCallback = true;
          callee.returns = [0, 1];
        },
      };
    default:
      return null;
  }
}
