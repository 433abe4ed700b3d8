/* Finds objects by bpftool's arguments: `id N`, `name TEXT`, `pinned PATH`, `tag HEX`. */
import { strerror } from '../../libbpf/strerror.ts';
import { type Bpftool, isNumber, textAt } from './context.ts';

/** bytes of the longest info struct that a kernel here fills */
export const MAP_INFO_BYTES = 104;
export const PROG_INFO_BYTES = 232;
export const BTF_INFO_BYTES = 32;
export const LINK_INFO_BYTES = 64;

/** For each kind of object: the calls that walk its ids and open it. */
const KINDS = {
  map: {
    next: 'BPF_MAP_GET_NEXT_ID',
    byId: (tool: Bpftool, id: number) => tool.bpf('BPF_MAP_GET_FD_BY_ID', { map_id: id }).ret,
    info: MAP_INFO_BYTES,
    nameAt: 24,
    words: 'id, name or pinned',
  },
  prog: {
    next: 'BPF_PROG_GET_NEXT_ID',
    byId: (tool: Bpftool, id: number) => tool.bpf('BPF_PROG_GET_FD_BY_ID', { prog_id: id }).ret,
    info: PROG_INFO_BYTES,
    nameAt: 64,
    words: 'id, tag, name or pinned',
  },
} as const;

export type Kind = keyof typeof KINDS;

export const byId = (tool: Bpftool, kind: Kind, id: number): number => KINDS[kind].byId(tool, id);

/** Parses an unsigned number among the arguments. */
export function parseId(tool: Bpftool, text: string | undefined, what = 'id'): number {
  if (text === undefined) return tool.fail(`expected ${what}, found nothing`);
  if (!isNumber(text) || Number(text) > 0xffff_ffff) return tool.fail(`can't parse ${text} as ${what}`);
  return Number(text);
}

const path = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);

/** BPF_OBJ_GET */
export function openPinned(tool: Bpftool, at: string): number {
  const { ret } = tool.bpf('BPF_OBJ_GET', { pathname: path(at) });
  return ret < 0 ? tool.fail(`bpf obj get (${at.slice(0, at.lastIndexOf('/')) || '.'}): ${strerror(ret)}`) : ret;
}

/** BPF_OBJ_PIN */
export function pinFd(tool: Bpftool, fd: number, at: string): number {
  return tool.bpf('BPF_OBJ_PIN', { pathname: path(at), bpf_fd: fd }).ret;
}

/** Fds of the objects with a given name or tag. */
function search(tool: Bpftool, kind: Kind, matches: (view: DataView) => boolean): number[] {
  const { next, info } = KINDS[kind];
  const fds: number[] = [];
  for (const id of tool.ids(next)) {
    const fd = byId(tool, kind, id);
    if (fd < 0) continue;
    if (matches(tool.infoOf(fd, info).view)) fds.push(fd);
    else tool.close(fd);
  }
  return fds;
}

function tagOf(view: DataView): string {
  return Array.from({ length: 8 }, (_, i) =>
    view
      .getUint8(8 + i)
      .toString(16)
      .padStart(2, '0'),
  ).join('');
}

/** Takes two words of the arguments; returns fds of the objects that they name, at least one. */
export function findObjects(tool: Bpftool, kind: Kind): number[] {
  const spec = KINDS[kind];
  const word = tool.peek();
  if (tool.is('id')) {
    tool.next();
    const id = parseId(tool, tool.next());
    const fd = byId(tool, kind, id);
    return fd < 0 ? tool.fail(`get ${kind} by id (${id}): ${strerror(fd)}`) : [fd];
  }
  if (tool.is('name')) {
    tool.next();
    const name = tool.next() ?? tool.fail('expected a name, found nothing');
    if (name.length > 15 && kind === 'map') return tool.fail(`can't parse name`);
    const fds = search(tool, kind, (view) => textAt(view, spec.nameAt, 16) === name.slice(0, 15));
    return fds.length > 0 ? fds : tool.fail(`no ${kind} found with name ${name}`);
  }
  if (kind === 'prog' && tool.is('tag')) {
    tool.next();
    const tag = tool.next() ?? '';
    if (!/^[0-9a-fA-F]{16}$/.test(tag)) return tool.fail(`can't parse tag`);
    const fds = search(tool, kind, (view) => tagOf(view) === tag.toLowerCase());
    return fds.length > 0 ? fds : tool.fail(`no program found with tag ${tag}`);
  }
  if (tool.is('pinned')) {
    tool.next();
    return [openPinned(tool, tool.next() ?? tool.fail('expected a path, found nothing'))];
  }
  return tool.fail(
    `expected '${spec.words.split(', ').join("', '").replace(' or ', "' or '")}', got: '${word ?? ''}'?`,
  );
}

/** Finds exactly one object. */
export function findOne(tool: Bpftool, kind: Kind): number {
  const fds = findObjects(tool, kind);
  const [only, ...others] = fds;
  if (only !== undefined && others.length === 0) return only;
  for (const fd of fds) tool.close(fd);
  return tool.fail(`several ${kind}s match this handle`);
}
