import type { Btf } from '../../btf/btf.ts';
import { openBtf } from '../../btf/read.ts';
import { type Bpftool, withFd } from './context.ts';
import { BTF_INFO_BYTES } from './find.ts';

/** Opens the types of a loaded BTF object; null when there is none with that id. */
export function openBtfById(tool: Bpftool, id: number): Btf | null {
  const fd = tool.bpf('BPF_BTF_GET_FD_BY_ID', { btf_id: id }).ret;
  if (fd < 0) return null;
  return withFd(tool, fd, () => {
    tool.infoOf(fd, BTF_INFO_BYTES);
    const { kernel } = tool.process.host;
    const object = Object.values(kernel.state.btfs).find((btf) => btf.id === id)?.object;
    const opened = object === undefined ? null : openBtf(kernel.btfBytes(object));
    return opened?.ok ? opened.value : null;
  });
}
