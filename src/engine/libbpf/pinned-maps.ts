/*
 * Maps that outlive their object: with LIBBPF_PIN_BY_NAME a map is pinned in bpffs, and the next object that defines a
 * map of that name reuses it (bpf_object__reuse_map, bpf_map__pin).
 */
import { ERRNO } from '../base/errno.ts';
import { refuse, type Log } from './log.ts';
import type { ObjectMap } from './object.ts';
import type { Opener, Syscall } from './process.ts';
import { strerror } from './strerror.ts';

/** struct bpf_map_info up to map_extra, which 5.6 does not have */
const INFO_BYTES = 88;

const pathBytes = (path: string): Uint8Array => new TextEncoder().encode(`${path}\0`);

/** fd of the map pinned at the map's path; 0 when there is none; a negative errno after logging the reason. */
export function reusePinned(map: ObjectMap, bpf: Syscall, opener: Opener, log: Log): number {
  const path = map.pinPath ?? '';
  const fd = opener.open('BPF_OBJ_GET', { pathname: pathBytes(path) });
  if (fd === -ERRNO.ENOENT) {
    log('debug', `found no pinned map to reuse at '${path}'`);
    return 0;
  }
  if (fd < 0) {
    log('warn', `couldn't retrieve pinned map '${path}': ${strerror(fd)}`);
    return fd;
  }
  if (!isAlike(map, bpf, fd))
    return refuse(log, 'EINVAL', `couldn't reuse pinned map at '${path}': parameter mismatch`);
  log('debug', `reused pinned map at '${path}'`);
  return fd;
}

/** map_is_reuse_compat */
function isAlike(map: ObjectMap, bpf: Syscall, fd: number): boolean {
  const info = new Uint8Array(INFO_BYTES);
  const { ret, out } = bpf('BPF_OBJ_GET_INFO_BY_FD', { bpf_fd: fd, info_len: INFO_BYTES, info });
  if (ret < 0) return false;
  const filled = new Uint8Array(INFO_BYTES);
  filled.set((out.bytes ?? new Uint8Array()).subarray(0, INFO_BYTES));
  const view = new DataView(filled.buffer);
  const known = [0, 8, 12, 16, 20, 80].map((at) => view.getUint32(at, true));
  const { type, keySize, valueSize, maxEntries, flags, extra } = map;
  return [type, keySize, valueSize, maxEntries, flags, extra].every((wanted, i) => wanted === known[i]);
}

/** Pins a map: 0, or a negative errno: EEXIST when something else is pinned there. */
export function pinMap(map: ObjectMap, bpf: Syscall, fd: number, log: Log): number {
  const pathname = pathBytes(map.pinPath ?? '');
  const { ret } = bpf('BPF_OBJ_PIN', { pathname, bpf_fd: fd });
  if (ret < 0) {
    log('warn', `failed to pin map: ${strerror(ret)}`);
    return ret;
  }
  log('debug', `pinned map '${map.pinPath ?? ''}'`);
  return 0;
}
