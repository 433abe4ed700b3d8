/* bpftool struct_ops: show, dump, register, unregister (tools/bpf/bpftool/struct_ops.c). */
import type { Btf } from '../../btf/btf.ts';
import { ATTACH_STRUCT_OPS, MAP_FLAG, MAP_TYPE_STRUCT_OPS } from '../../kernel/uapi.ts';
import { attachStructOps } from '../../libbpf/attach.ts';
import { kconfigOf } from '../../libbpf/kconfig.ts';
import { type LoadedMap, loadOpened } from '../../libbpf/load-object.ts';
import type { Log } from '../../libbpf/log.ts';
import { openObject } from '../../libbpf/open.ts';
import { strerror } from '../../libbpf/strerror.ts';
import { JsonWriter } from '../json-writer.ts';
import { type Bpftool, textAt, withFd } from './context.ts';
import { byId, MAP_INFO_BYTES, parseId, pinFd } from './find.ts';
import { programName } from './prog.ts';
import { USAGES } from './usage.ts';
import { dumpValue, pointedSignature } from './values.ts';

interface StructOpsMap {
  readonly fd: number;
  readonly id: number;
  readonly name: string;
  /** kernel struct, and id of the value's type */
  readonly struct: string;
  readonly valueType: number;
  readonly view: DataView;
}

/** Number of maps on which a command worked, and number of failures. */
interface Result {
  maps: number;
  errors: number;
}

type Work = (tool: Bpftool, map: StructOpsMap) => boolean;

export const usage = (tool: Bpftool): never => {
  help(tool);
  throw new UsageShown();
};

/** Thrown after the usage was printed; the status is -1. */
export class UsageShown extends Error {}

function help(tool: Bpftool): void {
  if (tool.json) tool.json.null();
  else tool.process.err(USAGES.struct_ops(tool.release));
}

const PREFIX = 'bpf_struct_ops_';

function describe(tool: Bpftool, fd: number): StructOpsMap | null {
  const { view } = tool.infoOf(fd, MAP_INFO_BYTES);
  if (view.getUint32(0, true) !== MAP_TYPE_STRUCT_OPS) return null;
  const valueType = view.getUint32(44, true);
  const struct = kernelBtf(tool).type(valueType)?.name.slice(PREFIX.length) ?? '?';
  return { fd, id: view.getUint32(4, true), name: textAt(view, 24, 16), struct, valueType, view };
}

const kernelBtf = (tool: Bpftool): Btf => tool.process.host.btf;

/** do_work_on_struct_ops; `array`: a JSON array that is begun before the first output. */
function workOn(tool: Bpftool, work: Work, array: JsonWriter | null): Result {
  const result: Result = { maps: 0, errors: 0 };
  const one = (map: StructOpsMap): void => {
    result.maps++;
    if (!work(tool, map)) result.errors++;
  };
  if (tool.left > 0 && tool.is('id')) {
    tool.next();
    const id = parseId(tool, tool.next());
    const fd = byId(tool, 'map', id);
    if (fd < 0) {
      tool.error(`can't get map by id (${id}): ${strerror(fd)}`);
      return { maps: 0, errors: 1 };
    }
    return withFd(tool, fd, () => {
      const map = describe(tool, fd);
      if (!map) {
        tool.error(`${textAt(tool.infoOf(fd, MAP_INFO_BYTES).view, 24, 16)} id ${id} is not a struct_ops map`);
        return { maps: 0, errors: 1 };
      }
      // 7.1 begins an array only when it may hold several items
      const bracket = tool.release.links ? array : null;
      bracket?.startArray();
      one(map);
      bracket?.endArray();
      return result;
    });
  }
  const name = tool.left > 0 ? wantedName(tool) : null;
  array?.startArray();
  for (const id of tool.ids('BPF_MAP_GET_NEXT_ID')) {
    const fd = byId(tool, 'map', id);
    if (fd < 0) continue;
    withFd(tool, fd, () => {
      const map = describe(tool, fd);
      if (map && (name === null || map.name === name.slice(0, 15))) one(map);
    });
  }
  array?.endArray();
  return result;
}

function wantedName(tool: Bpftool): string {
  if (!tool.is('name')) return usage(tool);
  tool.next();
  return tool.next() ?? usage(tool);
}

const status = ({ maps, errors }: Result, mustHaveOne: boolean): number =>
  errors > 0 || (maps === 0 && mustHaveOne) ? -1 : 0;

function takesMap(tool: Bpftool, optional: boolean): boolean {
  if (tool.left === 0 && optional) return false;
  if (tool.left !== 2) usage(tool);
  return true;
}

function show(tool: Bpftool): number {
  const one = takesMap(tool, true);
  const result = workOn(
    tool,
    (_, { id, name, struct }) => {
      const { json } = tool;
      if (json) {
        json.startObject();
        json.field('id', id);
        json.field('name', name);
        json.field('kernel_struct_ops', struct);
        json.endObject();
      } else tool.out(`${id}: ${name.padEnd(15)} ${struct.padEnd(32)}\n`);
      return true;
    },
    tool.json,
  );
  return status(result, one);
}

/** fields of struct bpf_map_info, by offset */
const MAP_INFO: readonly (readonly [name: string, at: number, bytes: number])[] = [
  ['type', 0, 4],
  ['id', 4, 4],
  ['key_size', 8, 4],
  ['value_size', 12, 4],
  ['max_entries', 16, 4],
  ['map_flags', 20, 4],
  ['name', 24, 16],
  ['ifindex', 40, 4],
  ['btf_vmlinux_value_type_id', 44, 4],
  ['netns_dev', 48, 8],
  ['netns_ino', 56, 8],
  ['btf_id', 64, 4],
  ['btf_key_type_id', 68, 4],
  ['btf_value_type_id', 72, 4],
  ['btf_vmlinux_id', 76, 4],
  ['map_extra', 80, 8],
  ['hash', 88, 8],
  ['hash_size', 96, 4],
];

function dumpInfo(tool: Bpftool, w: JsonWriter, view: DataView): void {
  w.startObject();
  w.name('bpf_map_info');
  w.startObject();
  for (const [name, at, bytes] of MAP_INFO) {
    const { profile } = tool.process.host;
    if (at >= profile.infoBytes.map || (name === 'btf_vmlinux_id' && !profile.mapInfoHasVmlinuxId)) continue;
    if (bytes === 16) w.field(name, textAt(view, at, bytes));
    else w.rawField(name, String(bytes === 8 ? view.getBigUint64(at, true) : view.getUint32(at, true)));
  }
  w.endObject();
  w.endObject();
}

/** `u32 (struct sock *) my_ssthresh/prog_id:93` */
function functionText(
  tool: Bpftool,
  btf: Btf,
): (type: Parameters<typeof pointedSignature>[1], address: bigint) => string | null {
  return (type, address) => {
    const proto = pointedSignature(btf, type);
    if (proto === null) return null;
    if (address === 0n) return `${proto} 0`;
    const id = Number(address & 0xffff_ffffn);
    const fd = byId(tool, 'prog', id);
    if (fd < 0) return `${proto} prog_id:${id}`;
    return withFd(tool, fd, () => `${proto} ${programName(tool, fd)}/prog_id:${id}`);
  };
}

function dump(tool: Bpftool): number {
  const one = takesMap(tool, true);
  const writer = tool.json ?? new JsonWriter(true);
  const pointers = tool.json ? 'number' : tool.release.quotesPointers ? 'quoted' : 'text';
  const btf = kernelBtf(tool);
  const finish = (): void => {
    if (!tool.json) tool.out(writer.result);
  };
  try {
    const result = workOn(
      tool,
      (_, { fd, valueType, view }) => {
        const { ret, out } = tool.bpf('BPF_MAP_LOOKUP_ELEM', { map_fd: fd, key: new Uint8Array(4) });
        if (ret < 0) {
          tool.error(
            `can't lookup struct_ops map ${textAt(view, 24, 16)} id ${view.getUint32(4, true)}: ${strerror(ret)}`,
          );
          return false;
        }
        dumpInfo(tool, writer, view);
        writer.startObject();
        writer.name(btf.type(valueType)?.name ?? '?');
        dumpValue(writer, btf, valueType, out.bytes ?? new Uint8Array(), {
          pointers,
          functions: functionText(tool, btf),
        });
        writer.endObject();
        return true;
      },
      writer,
    );
    return status(result, one);
  } finally {
    finish();
  }
}

function unregister(tool: Bpftool): number {
  takesMap(tool, false);
  const term = tool.peek(1) ?? '';
  const result = workOn(
    tool,
    (_, { fd, id, name, struct }) => {
      const { ret } = tool.bpf('BPF_MAP_DELETE_ELEM', { map_fd: fd, key: new Uint8Array(4) });
      if (ret < 0) tool.error(`can't unload ${struct} ${name} id ${id}: ${strerror(ret)}`);
      else tool.info(`Unregistered ${struct} ${name} id ${id}`);
      return ret >= 0;
    },
    null,
  );
  if (result.errors === 0 && result.maps === 0) {
    tool.error(`no struct_ops found for ${term}`);
    return -1;
  }
  if (status(result, true) === 0) tool.json?.null();
  return status(result, true);
}

/** libbpf's printer: always warnings, debug lines with -d. */
function libbpfLog(tool: Bpftool): Log {
  return (level, text) => {
    if (level === 'debug' && !tool.debug) return;
    tool.process.err(`libbpf: ${text}\n`);
  };
}

function register(tool: Bpftool): number {
  if (tool.left !== 1 && !(tool.left === 2 && tool.release.links)) usage(tool);
  const file = tool.next() ?? '';
  const linkDir = tool.next() ?? null;
  const { host } = tool.process;
  const log = libbpfLog(tool);
  const bytes = host.readFile(file);
  if (!bytes) {
    log('warn', `elf: failed to open ${file}: No such file or directory`);
    return -1;
  }
  if (bytes[0] !== 0x7f || bytes[1] !== 0x45) return registerText(tool, file, linkDir, log);
  const opened = openObject(bytes, file, log);
  if (!opened.ok) return -1;
  if (linkDir !== null) makeLinkDir(tool, linkDir);
  const loaded = loadOpened(opened.value, {
    bpf: (command, attr) => tool.bpf(command, attr),
    close: (fd) => tool.close(fd),
    unlink: (path) => tool.process.call('unlink', `"${path}"`, () => host.kernel.unlink(path)),
    kernel: host.btf,
    whole: host.whole,
    kconfig: kconfigOf(host.profile, host.config),
    log,
  });
  if (typeof loaded === 'number') return -1;
  host.loaded(tool.process.name, file, loaded);
  const result: Result = { maps: 0, errors: 0 };
  for (const one of loaded.maps) {
    if (!one.map.structOps) continue;
    result.maps++;
    if (!registerOne(tool, one, linkDir, log)) result.errors++;
  }
  if (result.errors > 0) return -1;
  if (result.maps === 0) return tool.fail(`no struct_ops found in ${file}`);
  tool.json?.null();
  return 0;
}

/** Registers a program text of the run: it is assembled where an object would be opened. */
function registerText(tool: Bpftool, file: string, linkDir: string | null, log: Log): number {
  const { host, name } = tool.process;
  const problem = host.checkText(file);
  const made = problem === null ? host.loadText(name, file) : null;
  if (!made) {
    log('warn', `elf: '${file}' is not a proper ELF object`);
    if (problem !== null) log('warn', `${problem}: a text is assembled before it is loaded`);
    return -1;
  }
  if (linkDir !== null) makeLinkDir(tool, linkDir);
  const { fd, value, isLink } = made;
  const { ret } = tool.bpf('BPF_MAP_UPDATE_ELEM', { map_fd: fd, key: new Uint8Array(4), value });
  const link =
    ret < 0 || !isLink ? ret : tool.bpf('BPF_LINK_CREATE', { prog_fd: fd, attach_type: ATTACH_STRUCT_OPS }).ret;
  const described = describe(tool, fd);
  const map = described?.name ?? file;
  if (ret < 0 || link < 0) return tool.fail(`can't register struct_ops ${map}: ${strerror(Math.min(ret, link))}`);
  return tellRegistered(tool, { name: map, fd, link: isLink ? link : null }, linkDir) ? 0 : -1;
}

interface Registered {
  readonly name: string;
  readonly fd: number;
  /** fd of its link; null when it registered without one */
  readonly link: number | null;
}

function tellRegistered(tool: Bpftool, { name, fd, link }: Registered, linkDir: string | null): boolean {
  const described = describe(tool, fd);
  const what = `Registered ${described?.struct ?? ''} ${described?.name ?? name}`;
  const id = described?.id ?? 0;
  if (link === null) {
    tool.info(`${what} id ${id}`);
    return true;
  }
  tool.process.host.linked(tool.process.name, name, link);
  const linkId = tool.infoOf(link, 64).view.getUint32(4, true);
  tool.info(`${what} map id ${id} link id ${linkId}`);
  if (linkDir === null) return true;
  const pinned = pinFd(tool, link, `${linkDir}/${described?.name ?? name}`);
  if (pinned < 0) tool.error(`can't pin link ${linkId} for ${name}: ${strerror(pinned)}`);
  return pinned >= 0;
}

function makeLinkDir(tool: Bpftool, dir: string): void {
  const { kernel } = tool.process.host;
  const ret = tool.process.call('mkdir', `"${dir}", 0700`, () => kernel.mkdir(dir));
  if (ret < 0 && strerror(ret) !== 'File exists') tool.fail(`can't mkdir ${dir}: ${strerror(ret)}`);
}

function registerOne(tool: Bpftool, one: LoadedMap, linkDir: string | null, log: Log): boolean {
  const { map, fd } = one;
  const link = attachStructOps((command, attr) => tool.bpf(command, attr), one, log);
  if (typeof link === 'number') {
    const why = tool.release.keepsErrno ? strerror(link) : 'Success';
    tool.error(`can't register struct_ops ${map.name}: ${why}`);
    return false;
  }
  const isLink = link.real && (map.flags & MAP_FLAG.LINK) !== 0;
  return tellRegistered(tool, { name: map.name, fd, link: isLink ? link.fd : null }, linkDir);
}

export const STRUCT_OPS_VERBS: Readonly<Record<string, (tool: Bpftool) => number>> = {
  show,
  list: show,
  register,
  unregister,
  dump,
  help: (tool) => {
    help(tool);
    return 0;
  },
};
