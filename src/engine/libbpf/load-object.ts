/*
 * Loading an opened object in libbpf's order (bpf_object__load), through bpf(2) alone: externs, struct_ops types, CO-RE
 * and calls, then the BTF, all maps, all programs; finally puts the programs' fds into the values of struct_ops maps.
 * Registering is a separate step: attach.ts.
 */
import { ERRNO } from '../base/errno.ts';
import type { Btf } from '../btf/btf.ts';
import { OBJ_NAME_LEN, PROG_FLAG, PROG_TYPE_STRUCT_OPS } from '../kernel/uapi.ts';
import { type Kconfig, resolveKconfig } from './kconfig.ts';
import { type Log, refuse } from './log.ts';
import type { ObjectMap, ObjectProgram, OpenedObject } from './object.ts';
import { createOpener, type Opener, type Syscall } from './process.ts';
import { FUNC_INFO_BYTES, funcRecords, LINE_INFO_BYTES, lineRecords } from './prog-info.ts';
import { explainLog } from './explain-log.ts';
import { type ReadyProgram, relocateObject, resolveExterns } from './relocate.ts';
import { loadableBtf } from './sanitize.ts';
import { searchedBtf } from './searched-btf.ts';
import { pinMap, reusePinned } from './pinned-maps.ts';
import { attachTarget } from './attach-target.ts';
import { strerror } from './strerror.ts';
import { matchKernelStruct } from './struct-ops.ts';

export interface LoadParts {
  readonly bpf: Syscall;
  readonly close: (fd: number) => void;
  /** unlink(2), for removing pins when loading fails later; absent: they stay */
  readonly unlink?: (path: string) => void;
  /** the kernel's own BTF, which libbpf reads from /sys/kernel/btf/vmlinux; may be a subset */
  readonly kernel: Btf;
  /** the whole BTF, for objects that use types outside the subset; null when not loaded */
  readonly whole?: () => Btf | null;
  readonly kconfig: Kconfig;
  readonly log: Log;
  /** loads only this program, even if it is not loaded by default (bpf_program__set_autoload for each) */
  readonly only?: string;
}

export interface LoadedMap {
  readonly map: ObjectMap;
  readonly fd: number;
}

interface LoadedElfProgram extends ReadyProgram {
  readonly fd: number;
}

export interface LoadedElf {
  readonly object: OpenedObject;
  readonly btfFd: number;
  readonly maps: readonly LoadedMap[];
  readonly programs: readonly LoadedElfProgram[];
}

const PERF_EVENT_ARRAY = 4;
/**
 * Kinds of maps for which libbpf does not pass types to the kernel (bpf_object__create_map): maps of fds, and maps
 * without keys.
 */
const UNTYPED: readonly number[] = [PERF_EVENT_ARRAY, 7, 8, 12, 13, 14, 15, 16, 17, 18, 22, 23, 25];
/** libbpf_num_possible_cpus */
const CPUS = 1;
const LOG_BYTES = 64 * 1024;
const MOST_LOG_BYTES = 16 * 1024 * 1024;

/**
 * Returns the loaded object, or a negative errno after logging the reason; then everything opened so far is closed,
 * last first.
 */
export function loadOpened(object: OpenedObject, parts: LoadParts): LoadedElf | number {
  const opener = createOpener(parts.bpf, parts.close);
  const pinned: LoadedMap[] = [];
  const loaded = load(object, parts, opener, pinned);
  if (typeof loaded !== 'number') return loaded;
  for (const { map } of parts.unlink ? pinned : []) {
    parts.unlink?.(map.pinPath ?? '');
    parts.log('debug', `unpinned map '${map.name}' from '${map.pinPath ?? ''}'`);
  }
  opener.giveUp();
  parts.log('warn', `failed to load object '${object.path}'`);
  return loaded;
}

function load(object: OpenedObject, parts: LoadParts, opener: Opener, pinned: LoadedMap[]): LoadedElf | number {
  const ready = prepare(object, parts);
  if (typeof ready === 'number') return ready;
  const loading: Loading = { object, parts, opener, pinned, btfFd: 0 };
  loading.btfFd = loadBtf(loading);
  if (loading.btfFd < 0) return loading.btfFd;
  const maps = createMaps(loading);
  if (typeof maps === 'number') return maps;
  const fds = new Map(maps.map(({ map, fd }) => [map, fd]));
  const programs: LoadedElfProgram[] = [];
  for (const program of ready) {
    putMapFds(program, fds);
    const fd = loadProgram(loading, program);
    if (fd < 0) return fd;
    bindReadOnly(loading, program, fd, maps);
    programs.push({ ...program, fd });
  }
  const filled = fillProgArrays(loading, maps, programs);
  if (filled < 0) return filled;
  fillValues(maps, programs);
  return { object, btfFd: loading.btfFd, maps, programs };
}

/** Does all steps before the first system call. */
function prepare(object: OpenedObject, parts: LoadParts): readonly ReadyProgram[] | number {
  const { kconfig, log } = parts;
  const kernel = searchedBtf(object, parts.kernel, parts.whole);
  log('debug', "loaded kernel BTF from '/sys/kernel/btf/vmlinux'");
  const settings = object.maps.find(({ kind }) => kind === 'kconfig')?.data;
  const resolved = settings ? resolveKconfig(object.externs, settings, kconfig, log) : 0;
  if (resolved !== 0) return resolved;
  const externs = resolveExterns(object, kernel, log);
  if (typeof externs === 'number') return externs;
  for (const map of object.maps) {
    if (!map.autocreate || !map.structOps) continue;
    const errno = matchKernelStruct(map, object.btf, kernel, log);
    if (errno !== 0) return errno;
  }
  adjustAutoload(object);
  if (parts.only !== undefined) {
    for (const program of object.programs) program.autoload = !program.subprogram && program.name === parts.only;
  }
  return relocateObject(object, kernel, externs, log);
}

/** Loads a program of struct_ops maps only if one of these maps is created. */
function adjustAutoload({ maps, programs }: OpenedObject): void {
  for (const program of programs) {
    if (program.type !== PROG_TYPE_STRUCT_OPS) continue;
    const users = maps.filter(({ structOps }) => [...(structOps?.programs.values() ?? [])].includes(program));
    if (users.length > 0) program.autoload = users.some(({ autocreate }) => autocreate);
  }
}

interface Loading {
  readonly object: OpenedObject;
  readonly parts: LoadParts;
  readonly opener: Opener;
  /** maps that this load has pinned */
  readonly pinned: LoadedMap[];
  btfFd: number;
}

function loadBtf({ object, parts, opener }: Loading): number {
  const { bpf, log } = parts;
  if (!object.hasBtf) return 0;
  const btf = loadableBtf(object.btf, object.externs);
  const fd = opener.open('BPF_BTF_LOAD', { btf, btf_size: btf.length });
  if (fd >= 0) return fd;
  const btf_log_buf = new Uint8Array(LOG_BYTES);
  const again = bpf('BPF_BTF_LOAD', {
    btf,
    btf_size: btf.length,
    btf_log_level: 1,
    btf_log_size: LOG_BYTES,
    btf_log_buf,
  });
  log('warn', `BTF loading error: ${fd}`);
  log('warn', `-- BEGIN BTF LOAD LOG ---\n${(again.out.log ?? '').trimEnd()}\n-- END BTF LOAD LOG --`);
  log('warn', `Error loading .BTF into kernel: ${fd}. BTF is mandatory, can't proceed.`);
  return fd;
}

function createMaps(loading: Loading): LoadedMap[] | number {
  const { object, parts } = loading;
  const maps: LoadedMap[] = [];
  for (const map of object.maps) {
    if (!map.autocreate) {
      parts.log('debug', `map '${map.name}': skipped auto-creating...`);
      continue;
    }
    const fd = makeMap(loading, map, maps);
    if (fd < 0) {
      parts.log('warn', `map '${map.name}': failed to create: ${strerror(fd)}(${fd})`);
      return fd;
    }
    maps.push({ map, fd });
  }
  return maps;
}

/** Reuses a pinned map, or creates a new one with its initial contents. */
function makeMap(loading: Loading, map: ObjectMap, before: readonly LoadedMap[]): number {
  const { parts, opener } = loading;
  const { bpf, log } = parts;
  if (map.pinPath !== null) {
    const reused = reusePinned(map, bpf, opener, log);
    if (reused < 0) log('warn', `map '${map.name}': error reusing pinned map`);
    if (reused > 0) log('debug', `map '${map.name}': skipping creation (preset fd=${reused})`);
    if (reused !== 0) return reused;
  }
  const fd = createMap(loading, sized(map, log));
  if (fd < 0) return fd;
  log('debug', `map '${map.name}': created successfully, fd=${fd}`);
  const hasData = map.kind === 'data' || map.kind === 'kconfig';
  const filled = hasData ? populate(loading, map, fd) : fillMaps(loading, map, fd, before);
  if (filled < 0 || map.pinPath === null) return filled < 0 ? filled : fd;
  const pinned = pinMap(map, bpf, fd, log);
  if (pinned === 0) loading.pinned.push({ map, fd });
  if (pinned < 0) log('warn', `map '${map.name}': failed to auto-pin at '${map.pinPath}': ${pinned}`);
  return pinned < 0 ? pinned : fd;
}

/** map_set_def_max_entries: an array of perf events gets one entry per processor; this machine has one. */
function sized(map: ObjectMap, log: Log): ObjectMap {
  if (map.type !== PERF_EVENT_ARRAY || map.maxEntries !== 0) return map;
  log('debug', `map '${map.name}': setting size to ${CPUS}`);
  return { ...map, maxEntries: CPUS };
}

/** Puts an fd into a slot of a map with initial elements: 0, or a negative errno after logging it. */
function fillSlot(
  { parts }: Loading,
  { map, fd }: LoadedMap,
  index: number,
  what: { readonly kind: 'map' | 'prog'; readonly name: string; readonly fd: number },
): number {
  const target = `${what.kind} '${what.name}' fd=${what.fd}`;
  const { ret } = parts.bpf('BPF_MAP_UPDATE_ELEM', { map_fd: fd, key: int32(index), value: int32(what.fd) });
  if (ret < 0) parts.log('warn', `map '${map.name}': failed to initialize slot [${index}] to ${target}: ${ret}`);
  else parts.log('debug', `map '${map.name}': slot [${index}] set to ${target}`);
  return Math.min(0, ret);
}

/** init_map_in_map_slots: only maps earlier in the object exist yet. */
function fillMaps(loading: Loading, map: ObjectMap, fd: number, before: readonly LoadedMap[]): number {
  for (const { index, map: name } of map.slots) {
    if (name === null) continue;
    const found = before.find((loaded) => loaded.map.name === name)?.fd ?? 0;
    const ret = fillSlot(loading, { map, fd }, index, { kind: 'map', name, fd: found });
    if (ret < 0) return ret;
  }
  return 0;
}

/** bpf_object_init_prog_arrays */
function fillProgArrays(loading: Loading, maps: readonly LoadedMap[], programs: readonly LoadedElfProgram[]): number {
  for (const loaded of maps) {
    for (const { index, program: name } of loaded.map.slots) {
      if (name === null) continue;
      const found = programs.find(({ program }) => program.name === name)?.fd ?? -1;
      const ret = fillSlot(loading, loaded, index, { kind: 'prog', name, fd: found });
      if (ret < 0) return ret;
    }
  }
  return 0;
}

const int32 = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);

/** Creates a map; for a map of maps first creates the template, and closes it after the outer map exists. */
function createMap(loading: Loading, map: ObjectMap): number {
  if (!map.inner) return createOne(loading, map, {});
  const { parts } = loading;
  const inner = createOne(
    { ...loading, opener: createOpener(parts.bpf, parts.close) },
    { ...map, ...map.inner, inner: null },
    {},
  );
  if (inner < 0) {
    parts.log('warn', `map '${map.name}': failed to create inner map: ${inner}`);
    return inner;
  }
  const fd = createOne(loading, map, { inner_map_fd: inner });
  parts.close(inner);
  return fd;
}

function createOne(
  { btfFd, parts, opener }: Loading,
  map: ObjectMap,
  more: { readonly inner_map_fd?: number },
): number {
  const attr = {
    ...more,
    map_type: map.type,
    key_size: map.keySize,
    value_size: map.valueSize,
    max_entries: map.maxEntries,
    map_flags: map.flags,
    map_name: map.name.slice(0, OBJ_NAME_LEN - 1),
    map_extra: map.extra,
    numa_node: map.numaNode,
  };
  const { structOps } = map;
  if (structOps) {
    const btf_vmlinux_value_type_id = structOps.kernel?.valueTypeId ?? 0;
    return opener.open('BPF_MAP_CREATE', { ...attr, btf_fd: btfFd, btf_vmlinux_value_type_id });
  }
  const { keyType, valueType } = map;
  if ((keyType === 0 && valueType === 0) || UNTYPED.includes(map.type)) return opener.open('BPF_MAP_CREATE', attr);
  const types = { btf_fd: btfFd, btf_key_type_id: keyType, btf_value_type_id: valueType };
  const fd = opener.open('BPF_MAP_CREATE', { ...attr, ...types });
  if (fd >= 0) return fd;
  const what = `Error in bpf_create_map_xattr(${map.name}):${strerror(fd)}(${fd})`;
  parts.log('warn', `${what}. Retrying without BTF.`);
  return opener.open('BPF_MAP_CREATE', attr);
}

/** Writes the initial value of a data map, and freezes a read-only one. */
function populate({ parts }: Loading, map: ObjectMap, fd: number): number {
  const { bpf, log } = parts;
  const value = map.data ?? new Uint8Array(map.valueSize);
  const written = bpf('BPF_MAP_UPDATE_ELEM', { map_fd: fd, key: new Uint8Array(map.keySize), value }).ret;
  if (written < 0) {
    log('warn', `map '${map.name}': failed to set initial contents: ${strerror(written)}`);
    return written;
  }
  const frozen = map.readOnly ? bpf('BPF_MAP_FREEZE', { map_fd: fd }).ret : 0;
  if (frozen < 0) log('warn', `map '${map.name}': failed to freeze as read-only: ${strerror(frozen)}`);
  return frozen;
}

function putMapFds({ insns, maps }: ReadyProgram, fds: ReadonlyMap<ObjectMap, number>): void {
  const view = new DataView(insns.buffer);
  for (const { slot, map } of maps) view.setInt32(slot * 8 + 4, fds.get(map) ?? -1, true);
}

function loadProgram({ object, parts, opener, btfFd }: Loading, ready: ReadyProgram): number {
  const { program, insns } = ready;
  const { log } = parts;
  const refused = whyNotLoadable(program);
  if (refused !== null) return refuse(log, 'EINVAL', `prog '${program.name}': ${refused}`);
  const target = attachTarget(program, () => parts.whole?.() ?? parts.kernel, log);
  if (target < 0) {
    log('warn', `prog '${program.name}': failed to load: ${target}`);
    return target;
  }
  const funcs = funcRecords(object, ready);
  const lines = lineRecords(object, ready);
  const attr = {
    prog_type: program.type,
    insn_cnt: insns.length / 8,
    insns,
    license: new TextEncoder().encode(`${object.license}\0`),
    prog_name: program.name.slice(0, OBJ_NAME_LEN - 1),
    prog_flags: program.sleepable ? PROG_FLAG.SLEEPABLE : 0,
    attach_btf_id: program.attach?.typeId ?? target,
    expected_attach_type: program.attach?.member ?? program.attachType,
    prog_btf_fd: btfFd,
    func_info: funcs.bytes,
    func_info_cnt: funcs.count,
    func_info_rec_size: FUNC_INFO_BYTES,
    line_info: lines.bytes,
    line_info_cnt: lines.count,
    line_info_rec_size: LINE_INFO_BYTES,
  };
  const fd = opener.open('BPF_PROG_LOAD', attr);
  if (fd >= 0) return fd;
  // load again to get the verifier's log; double the buffer while it is too small
  for (let size = LOG_BYTES; size <= MOST_LOG_BYTES; size *= 2) {
    const wanted = { ...attr, log_level: 1, log_size: size, log_buf: new Uint8Array(size) };
    const { ret, out } = parts.bpf('BPF_PROG_LOAD', wanted);
    if (ret !== -ERRNO.ENOSPC) return tellRefusal(object, ready, ret < 0 ? ret : fd, out.log ?? '', log);
  }
  return tellRefusal(object, ready, fd, '', log);
}

/** Binds a program to its object's constants, even those that it does not use. */
function bindReadOnly(
  { parts }: Loading,
  { program }: ReadyProgram,
  prog_fd: number,
  maps: readonly LoadedMap[],
): void {
  for (const { map, fd } of maps) {
    if (map.kind !== 'data' || !map.readOnly) continue;
    const { ret } = parts.bpf('BPF_PROG_BIND_MAP', { prog_fd, map_fd: fd });
    if (ret < 0) parts.log('warn', `prog '${program.name}': failed to bind map '${map.name}': ${strerror(ret)}`);
  }
}

function whyNotLoadable({ type, attach, sectionName }: ObjectProgram): string | null {
  if (type === 0) return `missing BPF prog type, check ELF section name '${sectionName}'`;
  if (type !== PROG_TYPE_STRUCT_OPS || attach) return null;
  return `SEC("struct_ops") program isn't referenced anywhere, did you forget to use it?`;
}

function tellRefusal(object: OpenedObject, ready: ReadyProgram, errno: number, words: string, log: Log): number {
  const { name } = ready.program;
  log('warn', `prog '${name}': BPF program load failed: ${strerror(errno)}`);
  if (words !== '') {
    const shown = explainLog(object, ready, words).trimEnd();
    log('warn', `prog '${name}': -- BEGIN PROG LOAD LOG --\n${shown}\n-- END PROG LOAD LOG --`);
  }
  log('warn', `prog '${name}': failed to load: ${errno}`);
  return errno;
}

/** Puts program fds into the values for struct_ops maps (bpf_map_prepare_struct_ops). */
function fillValues(maps: readonly LoadedMap[], programs: readonly LoadedElfProgram[]): void {
  for (const { map } of maps) {
    const kernel = map.structOps?.kernel;
    if (!kernel) continue;
    const view = new DataView(kernel.value.buffer);
    for (const { offset, program } of kernel.slots) {
      view.setBigUint64(offset, BigInt(programs.find((loaded) => loaded.program === program)?.fd ?? 0), true);
    }
  }
}
