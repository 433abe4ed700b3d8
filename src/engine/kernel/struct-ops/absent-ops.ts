/*
 * Types whose subsystem this machine lacks (sched_ext_ops, Qdisc_ops, hid_bpf_ops): maps can be created and programs
 * loaded for them as for any type; registering one is refused with a message that says so.
 */
import { ERRNO } from '../../base/errno.ts';
import type { StructOpsSubsystem } from '../subsystem.ts';

export function absentOps(name: string): StructOpsSubsystem {
  return {
    name,
    unsupported: [],
    // data members would be checked by the subsystem, which is missing
    initMember: () => 1,
    reg: () => -ERRNO.EOPNOTSUPP,
    unreg: () => {},
    lastMessage: () => `${name}: its subsystem is not in this machine`,
  };
}
