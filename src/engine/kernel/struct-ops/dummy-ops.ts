/*
 * bpf_dummy_ops (net/bpf/bpf_dummy_struct_ops.c): a type whose programs can be loaded and test-run, and whose maps can
 * never be registered.
 */
import { ERRNO } from '../../base/errno.ts';
import type { StructOpsSubsystem } from '../subsystem.ts';

export const dummyOps: StructOpsSubsystem = {
  name: 'bpf_dummy_ops',
  unsupported: [],
  initMember: () => -ERRNO.EOPNOTSUPP,
  reg: () => -ERRNO.EOPNOTSUPP,
  unreg: () => {},
};
