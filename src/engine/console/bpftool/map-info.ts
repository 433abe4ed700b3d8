/* Facts of a map: bpf_map_info, and what /proc/self/fdinfo adds. */
import { MAP_TYPE } from '../../kernel/maps/map-type.ts';
import { MAP_FLAG, MAP_TYPE_STRUCT_OPS } from '../../kernel/uapi.ts';
import { type Bpftool, textAt } from './context.ts';
import { MAP_INFO_BYTES } from './find.ts';

export interface MapInfo {
  readonly type: number;
  readonly id: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly name: string;
  readonly vmlinuxValueType: number;
  readonly btfId: number;
  readonly keyType: number;
  readonly valueType: number;
}

/** BPF_OBJ_GET_INFO_BY_FD of a map */
export function readInfo(tool: Bpftool, fd: number): MapInfo {
  const { view } = tool.infoOf(fd, MAP_INFO_BYTES);
  const u32 = (at: number): number => view.getUint32(at, true);
  return {
    type: u32(0),
    id: u32(4),
    keySize: u32(8),
    valueSize: u32(12),
    maxEntries: u32(16),
    flags: u32(20),
    name: textAt(view, 24, 16),
    vmlinuxValueType: u32(44),
    btfId: u32(64),
    keyType: u32(68),
    valueType: u32(72),
  };
}

const PAGE = 4096;
const pages = (bytes: number): number => Math.ceil(bytes / PAGE) * PAGE;
/** Bytes that kernels since 6.4 count for each kind besides the values: structs and bookkeeping. */
const OVERHEAD = { array: 264, hash: 1000, hashElement: 64, structOps: 1168 } as const;

/** memlock of fdinfo: pages until 6.3, since then the size of the structs; close to a kernel's figure. */
function memlock(tool: Bpftool, { type, flags, valueSize, keySize, maxEntries }: MapInfo): number {
  const stride = Math.ceil(valueSize / 8) * 8;
  const values = stride * maxEntries;
  if (!tool.process.host.profile.mapInfoHasVmlinuxId) return pages(Math.max(1, values));
  if (type === MAP_TYPE_STRUCT_OPS) return PAGE + OVERHEAD.structOps;
  if ((flags & MAP_FLAG.MMAPABLE) !== 0) return pages(values) + PAGE;
  if (ARRAYS.includes(type)) return OVERHEAD.array + values;
  return OVERHEAD.hash + maxEntries * (OVERHEAD.hashElement + Math.ceil(keySize / 8) * 8 + stride);
}

/** Kinds that are struct bpf_array. */
const ARRAYS: readonly number[] = [
  MAP_TYPE.ARRAY,
  MAP_TYPE.PROG_ARRAY,
  MAP_TYPE.PERF_EVENT_ARRAY,
  MAP_TYPE.ARRAY_OF_MAPS,
];

interface FdInfo {
  readonly memlock: number;
  readonly frozen: boolean;
}

/** /proc/self/fdinfo */
export function fdInfo(tool: Bpftool, fd: number, info: MapInfo): FdInfo {
  const { kernel } = tool.process.host;
  tool.process.call('openat', `AT_FDCWD, "/proc/self/fdinfo/${fd}", O_RDONLY`, () => 0);
  return { memlock: memlock(tool, info), frozen: kernel.mapById(info.id)?.frozen ?? false };
}
