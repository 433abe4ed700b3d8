/** A booted kernel with its helpers, and a process that makes maps, for tests. */
import { intType, createBtfWriter, INT_SIGNED } from '../../../btf/write.ts';
import { KernelFunctions } from '../../../vm/functions.ts';
import type { BpfAttr } from '../../attr.ts';
import type { KernelParts } from '../../kernel.ts';
import { boot } from '../../testing/boot.ts';

export function mapKernel(parts: Partial<KernelParts> = {}) {
  const booted = boot(parts);
  const { kernel, memory } = booted;
  const functions = new KernelFunctions();
  kernel.registerHelpers(functions);
  const pid = kernel.spawn('loader');
  const scratch = memory.alloc('arena', 4096);
  const create = (attr: BpfAttr['BPF_MAP_CREATE']): number => kernel.bpf(pid, 'BPF_MAP_CREATE', attr).ret;
  /** address of struct bpf_map, as a program has it */
  const handle = (fd: number): number => kernel.state.maps[kernel.objectOf(pid, fd, 'map')].plain?.address ?? 0;
  /** r0 of a helper, as a signed number */
  const call = (id: number, ...words: number[]): number => {
    const result = functions.helper(id)?.call(...words) ?? Number.NaN;
    return functions.helper(id)?.ret === 'u64' ? functions.highWord * 0x1_0000_0000 + result : result;
  };
  const update = (map_fd: number, key: Uint8Array, value: Uint8Array, flags = 0): number =>
    kernel.bpf(pid, 'BPF_MAP_UPDATE_ELEM', { map_fd, key, value, flags }).ret;
  const lookup = (map_fd: number, key: Uint8Array): Uint8Array | number => {
    const { ret, out } = kernel.bpf(pid, 'BPF_MAP_LOOKUP_ELEM', { map_fd, key });
    return ret < 0 ? ret : (out.bytes ?? ret);
  };
  const remove = (map_fd: number, key: Uint8Array): number =>
    kernel.bpf(pid, 'BPF_MAP_DELETE_ELEM', { map_fd, key }).ret;
  const next = (map_fd: number, key: Uint8Array | null): Uint8Array | number => {
    const { ret, out } = kernel.bpf(pid, 'BPF_MAP_GET_NEXT_KEY', { map_fd, key });
    return ret < 0 ? ret : (out.bytes ?? ret);
  };
  /** a BTF of one int, type 1 */
  const loadBtf = (): number => {
    const writer = createBtfWriter();
    writer.add(intType('int', 4, INT_SIGNED));
    const bytes = writer.finish();
    return kernel.bpf(pid, 'BPF_BTF_LOAD', { btf: bytes, btf_size: bytes.length }).ret;
  };
  const structId = booted.btf.find('STRUCT', 'tcp_congestion_ops');
  return { ...booted, functions, pid, structId, scratch, create, handle, call, update, lookup, remove, next, loadBtf };
}

export const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
