/*
 * Registers a loaded struct_ops map (bpf_map__attach_struct_ops): writes its value; for a map with BPF_F_LINK also
 * makes the link.
 */
import { ERRNO } from '../base/errno.ts';
import { ATTACH_STRUCT_OPS, MAP_FLAG } from '../kernel/uapi.ts';
import type { LoadedMap } from './load-object.ts';
import { type Log, refuse } from './log.ts';
import type { Syscall } from './process.ts';

export interface StructOpsLink {
  /** fd of the link; of the map itself when it registers without a link */
  readonly fd: number;
  readonly real: boolean;
}

/** Returns the link, or a negative errno. A map with BPF_F_LINK that was written before may be attached again. */
export function attachStructOps(bpf: Syscall, { map, fd }: LoadedMap, log: Log): StructOpsLink | number {
  const kernel = map.structOps?.kernel;
  if (!kernel) return refuse(log, 'EINVAL', `map '${map.name}': can't attach non-struct_ops map`);
  if (fd < 0) return refuse(log, 'EINVAL', `map '${map.name}': can't attach BPF map without FD (was it created?)`);
  const isLink = (map.flags & MAP_FLAG.LINK) !== 0;
  const { ret } = bpf('BPF_MAP_UPDATE_ELEM', { map_fd: fd, key: new Uint8Array(map.keySize), value: kernel.value });
  if (ret < 0 && !(isLink && ret === -ERRNO.EBUSY)) return ret;
  if (!isLink) return { fd, real: false };
  const link = bpf('BPF_LINK_CREATE', { prog_fd: fd, attach_type: ATTACH_STRUCT_OPS }).ret;
  return link < 0 ? link : { fd: link, real: true };
}
