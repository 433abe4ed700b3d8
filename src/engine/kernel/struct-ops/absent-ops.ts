/*
 * Types that a kernel registers and this machine does not run (sched_ext_ops, Qdisc_ops, hid_bpf_ops): maps are created
 * and programs loaded for them as for any type; registering one says that nobody here would call it.
 */
import { ERRNO } from '../../base/errno.ts';
import type { StructOpsSubsystem } from '../subsystem.ts';

export function absentOps(name: string): StructOpsSubsystem {
  return {
    name,
    unsupported: [],
    // data members are checked by their subsystem, which is not here
    initMember: () => 1,
    reg: () => -ERRNO.EOPNOTSUPP,
    unreg: () => {},
    lastMessage: () => `${name}: its subsystem is not in this machine`,
  };
}
