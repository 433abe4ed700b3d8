/* A subsystem for any struct: it accepts all data members, registers everything, and never calls members by itself. */
import { ERRNO } from '../../base/errno.ts';
import type { Memory } from '../../vm/memory.ts';
import type { StructOpsSubsystem } from '../subsystem.ts';
import type { StructOpsType } from './shape.ts';

/** `typeOf` gives the registered type, which exists only after the subsystem was registered. */
export function genericOps(name: string, memory: Memory, typeOf: () => StructOpsType): StructOpsSubsystem {
  let message: string | null = null;
  const implemented = (kdata: number): boolean =>
    typeOf().members.some(({ kind, offset }) => kind === 'func' && memory.u32[(kdata + offset) >>> 2] !== 0);
  return {
    name,
    unsupported: [],
    writesStructs: true,
    initMember({ member, kdata, offset, size, udata }) {
      if (typeOf().members.find((m) => m.name === member)?.kind !== 'data') return 0;
      memory.u8.set(udata.subarray(offset, offset + size), kdata + offset);
      return 1;
    },
    init(kdata) {
      message = null;
      if (implemented(kdata)) return 0;
      message = `${name}: init: no member is implemented`;
      return -ERRNO.EINVAL;
    },
    reg: () => 0,
    unreg: () => {},
    update: () => 0,
    lastMessage: () => message,
  };
}
