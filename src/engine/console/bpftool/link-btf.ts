/* bpftool link and btf (link.c, btf.c). */
import { dumpC } from '../../btf/dump-c.ts';
import { dumpRaw } from '../../btf/dump-raw.ts';
import { openBtfFile } from '../../libbpf/btf-file.ts';
import { strerror } from '../../libbpf/strerror.ts';
import { type Bpftool, withFd } from './context.ts';
import { BTF_INFO_BYTES, byId, findOne, LINK_INFO_BYTES, openPinned, parseId, pinFd } from './find.ts';
import { openBtfById } from './btf-by-id.ts';

const LINK_STRUCT_OPS = 9;

function showLink(tool: Bpftool, fd: number): void {
  const { view } = tool.infoOf(fd, LINK_INFO_BYTES);
  const word = (at: number): number => view.getUint32(at, true);
  const [type, id, prog, map] = [word(0), word(4), word(8), word(16)];
  const name = type === LINK_STRUCT_OPS ? 'struct_ops' : `type ${type}`;
  const { json } = tool;
  if (json) {
    json.startObject();
    json.field('id', id);
    json.field('type', name);
    json.field('prog_id', prog);
    if (tool.release.links) json.field('map_id', map);
    json.endObject();
  } else tool.out(`${id}: ${name}  ${tool.release.links ? `map ${map}  ` : `prog ${prog}  `}\n`);
}

function findLink(tool: Bpftool): number {
  if (tool.is('id')) {
    tool.next();
    const id = parseId(tool, tool.next());
    const fd = tool.bpf('BPF_LINK_GET_FD_BY_ID', { link_id: id }).ret;
    return fd < 0 ? tool.fail(`failed to get link with ID ${id}: ${strerror(fd)}`) : fd;
  }
  if (tool.is('pinned')) {
    tool.next();
    return openPinned(tool, tool.next() ?? tool.fail('expected a path'));
  }
  return tool.fail(`expected 'id' or 'pinned', got: '${tool.peek() ?? ''}'?`);
}

function linkShow(tool: Bpftool): number {
  if (tool.left === 2) {
    const fd = findLink(tool);
    withFd(tool, fd, () => showLink(tool, fd));
    return 0;
  }
  tool.json?.startArray();
  for (const id of tool.ids('BPF_LINK_GET_NEXT_ID')) {
    const fd = tool.bpf('BPF_LINK_GET_FD_BY_ID', { link_id: id }).ret;
    if (fd >= 0) withFd(tool, fd, () => showLink(tool, fd));
  }
  tool.json?.endArray();
  return 0;
}

function quietly(tool: Bpftool, ret: number, said: string): number {
  if (ret < 0) return tool.fail(`${said}: ${strerror(ret)}`);
  tool.json?.null();
  return 0;
}

export const LINK_VERBS: Readonly<Record<string, (tool: Bpftool) => number>> = {
  show: linkShow,
  list: linkShow,
  detach: (tool) => {
    const fd = findLink(tool);
    return withFd(tool, fd, () =>
      quietly(tool, tool.bpf('BPF_LINK_DETACH', { link_fd: fd }).ret, 'failed link detach'),
    );
  },
  pin: (tool) => {
    const fd = findLink(tool);
    const path = tool.next() ?? tool.fail('expected a path to pin to');
    return withFd(tool, fd, () => quietly(tool, pinFd(tool, fd, path), `can't pin the object (${path})`));
  },
};

interface BtfUsers {
  readonly progs: ReadonlyMap<number, readonly number[]>;
  readonly maps: ReadonlyMap<number, readonly number[]>;
}

/**
 * Ids by the BTF that they use, in the order of libbpf's hash map: each new one comes first, and each growth of the
 * table (at 3, 6, 12 … entries) reverses the order.
 */
function users(tool: Bpftool, kind: 'map' | 'prog'): Map<number, number[]> {
  const lists = new Map<number, number[]>();
  let [size, capacity] = [0, 0];
  const [next, bytes, at] =
    kind === 'map' ? (['BPF_MAP_GET_NEXT_ID', 88, 64] as const) : (['BPF_PROG_GET_NEXT_ID', 232, 128] as const);
  for (const id of tool.ids(next)) {
    const fd = byId(tool, kind, id);
    if (fd < 0) continue;
    const btf = withFd(tool, fd, () => tool.infoOf(fd, bytes).view.getUint32(at, true));
    if (btf === 0) continue;
    if (capacity === 0 || Math.floor(((size + 1) * 4) / 3) > capacity) {
      capacity = Math.max(4, capacity * 2);
      for (const list of lists.values()) list.reverse();
    }
    const list = lists.get(btf) ?? [];
    list.unshift(id);
    lists.set(btf, list);
    size++;
  }
  return lists;
}

function showBtf(tool: Bpftool, id: number, { progs, maps }: BtfUsers): void {
  const fd = tool.bpf('BPF_BTF_GET_FD_BY_ID', { btf_id: id }).ret;
  if (fd < 0) tool.fail(`can't get BTF object by id (${id}): ${strerror(fd)}`);
  const { view } = withFd(tool, fd, () => tool.infoOf(fd, BTF_INFO_BYTES));
  const isKernel = view.getUint32(28, true) === 1;
  const { state } = tool.process.host.kernel;
  const name = Object.values(state.btfs).find((btf) => btf.id === id)?.name ?? '';
  const size = view.getUint32(8, true);
  const [ofProgs, ofMaps] = [progs.get(id) ?? [], maps.get(id) ?? []];
  const { json } = tool;
  if (json) {
    json.startObject();
    json.field('id', id);
    json.field('size', size);
    json.list('prog_ids', ofProgs.map(String));
    json.list('map_ids', ofMaps.map(String));
    json.field('kernel', isKernel);
    if (name !== '') json.field('name', name);
    json.endObject();
    return;
  }
  const shown = isKernel ? `[${name}]` : name === '' ? '<anon>' : name;
  const used = [
    ofProgs.length > 0 ? `  prog_ids ${ofProgs.join(',')}` : '',
    ofMaps.length > 0 ? `  map_ids ${ofMaps.join(',')}` : '',
  ];
  tool.out(`${id}: name ${shown}  size ${size}B${used.join('')}\n`);
}

function btfShow(tool: Bpftool): number {
  const of = { progs: users(tool, 'prog'), maps: users(tool, 'map') };
  if (tool.left === 2 && tool.is('id')) {
    tool.next();
    showBtf(tool, parseId(tool, tool.next()), of);
    return 0;
  }
  if (tool.left > 0) return tool.fail(`Wrong number of arguments. See: ${tool.release.called} btf help`);
  tool.json?.startArray();
  for (const id of tool.ids('BPF_BTF_GET_NEXT_ID')) showBtf(tool, id, of);
  tool.json?.endArray();
  return 0;
}

/** The file in sysfs with the kernel's own types, which are BTF id 1. */
const KERNEL_BTF = '/sys/kernel/btf/vmlinux';

function btfSource(tool: Bpftool) {
  if (tool.is('id')) {
    tool.next();
    const id = parseId(tool, tool.next());
    return openBtfById(tool, id) ?? tool.fail(`get btf by id (${id}): No such file or directory`);
  }
  if (tool.is('file')) {
    tool.next();
    const path = tool.next() ?? '';
    if (path === KERNEL_BTF) return tool.process.host.btf;
    const bytes = tool.process.host.readFile(path);
    const opened = bytes && openBtfFile(bytes);
    return opened?.ok ? opened.value : tool.fail(`failed to load BTF from ${path}: No such file or directory`);
  }
  const kind = tool.is('map') ? 'map' : tool.is('prog') ? 'prog' : null;
  if (kind === null) return tool.fail(`unrecognized BTF source specifier: '${tool.peek() ?? ''}'`);
  tool.next();
  const fd = findOne(tool, kind);
  const id = withFd(tool, fd, () =>
    tool.infoOf(fd, kind === 'map' ? 88 : 232).view.getUint32(kind === 'map' ? 64 : 128, true),
  );
  return openBtfById(tool, id) ?? tool.fail(`no btf associated with ${kind}`);
}

function btfDump(tool: Bpftool): number {
  const btf = btfSource(tool);
  let format = 'raw';
  while (tool.left > 0) {
    const word = tool.next() ?? '';
    const given = tool.next();
    if (word !== 'format' || (given !== 'raw' && given !== 'c'))
      return tool.fail(`unrecognized format specifier: '${given ?? word}', possible values: raw, c`);
    format = given;
  }
  if (format === 'raw') {
    tool.out(dumpRaw(btf));
    return 0;
  }
  const text = dumpC(btf);
  if (!text.ok) return tool.fail(text.error.message);
  tool.out(text.value);
  return 0;
}

export const BTF_VERBS: Readonly<Record<string, (tool: Bpftool) => number>> = {
  show: btfShow,
  list: btfShow,
  dump: btfDump,
};
