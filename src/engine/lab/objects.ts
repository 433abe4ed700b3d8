/*
 * Object files in the lab: a process opens one as libbpf does, loads it through bpf(2), and keeps its fds. What it
 * loaded is recorded as plain rows; registering is a separate verb, as for assembled texts.
 */
import { entryOf } from '../base/assert.ts';
import { mustStructOps } from '../kernel/state.ts';
import { type OwnMap, type LoadedFile } from './user-state.ts';
import { fromBase64 } from '../base/base64.ts';
import type { Btf } from '../btf/btf.ts';
import { openBtf } from '../btf/read.ts';
import { type DeclarationTag, declarationTags } from '../btf/tags.ts';
import { formatValue } from '../btf/values.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { MAP_TYPES } from '../kernel/maps/types.ts';
import type { Profile } from '../kernel/profiles.ts';
import { MAP_FLAG } from '../kernel/uapi.ts';
import { type Config, kconfigOf } from '../libbpf/kconfig.ts';
import { listObject } from '../libbpf/listing.ts';
import { type LoadedElf, loadOpened } from '../libbpf/load-object.ts';
import type { Log } from '../libbpf/log.ts';
import type { ObjectMap } from '../libbpf/object.ts';
import { openObject } from '../libbpf/open.ts';
import type { Syscall } from '../libbpf/process.ts';
import { withPlace } from '../libbpf/where.ts';
import type { MapLetter } from './commands.ts';
import type { MapElement } from './snapshot.ts';
import type { LoadedMap, LoadedProg } from './user-state.ts';

export interface FileLoader {
  readonly kernel: Kernel;
  readonly btf: Btf;
  readonly profile: Profile;
  readonly whole?: () => Btf | null;
  readonly config?: () => Config | null;
  readonly pid: number;
  readonly process: string;
  readonly bpf: Syscall;
  readonly close: (fd: number) => void;
  readonly log: Log;
  /** letter of the nth struct_ops map */
  readonly letter: (n: number) => MapLetter;
}

export interface LoadedAll {
  readonly file: LoadedFile;
  readonly maps: readonly LoadedMap[];
}

/** Loads a file; null after reporting the reason. */
export function loadFile(name: string, text: string, loader: FileLoader): LoadedAll | null {
  const { btf, bpf, close, log, profile, whole, config } = loader;
  const bytes = fromBase64(text);
  const opened = bytes && openObject(bytes, name, log);
  if (!opened?.ok) {
    const why = bytes && opened ? withPlace(bytes, opened.error) : 'its bytes are not base64';
    log('warn', `failed to open ${name}: ${why}`);
    return null;
  }
  const kconfig = kconfigOf(profile, config);
  const loaded = loadOpened(opened.value, {
    bpf,
    close,
    unlink: (path) => loader.kernel.unlink(path),
    kernel: btf,
    whole,
    kconfig,
    log,
  });
  return typeof loaded === 'number' ? null : rememberLoaded(name, loaded, loader);
}

/** Records what a process has after loading an object, as plain rows. */
export function rememberLoaded(
  name: string,
  loaded: LoadedElf,
  loader: Pick<FileLoader, 'kernel' | 'btf' | 'pid' | 'process' | 'letter'>,
): LoadedAll {
  const { kernel, btf, pid, process, letter } = loader;
  const listing = listObject(loaded.object, loaded.programs, btf);
  const progs = loaded.programs.map(({ program, fd, insns }, i) => {
    const object = kernel.objectOf(pid, fd, 'prog');
    const { id } = entryOf(kernel.state.progs, object);
    const { lines, source } = entryOf(listing.programs, i);
    return { program, prog: { object, id, fd, name: program.name, insns, lines, source } };
  });
  const own = (map: ObjectMap, fd: number): OwnMap => {
    const object = kernel.objectOf(pid, fd, 'map');
    return { object, id: entryOf(kernel.state.maps, object).id, fd, name: map.name };
  };
  const maps: LoadedMap[] = [];
  for (const { map, fd } of loaded.maps) {
    const ops = map.structOps?.kernel;
    if (!ops) continue;
    const { object, id } = own(map, fd);
    const made = mustStructOps(entryOf(kernel.state.maps, object));
    const members = ops.slots.flatMap(({ member, program }): LoadedProg[] => {
      const found = progs.find((p) => p.program === program);
      return found ? [{ ...found.prog, member }] : [];
    });
    maps.push({
      letter: letter(maps.length),
      process,
      object,
      mapId: id,
      mapFd: fd,
      name: made.name,
      struct: made.struct,
      ccName: nameIn(btf, ops.value),
      flags: 0,
      text: name,
      progs: members,
      value: ops.value,
      forLinks: (map.flags & MAP_FLAG.LINK) !== 0,
      source: '',
      libraries: [],
    });
  }
  const plain = loaded.maps.filter(({ map }) => !map.structOps).map(({ map, fd }) => own(map, fd));
  const letters = maps.map((map) => map.letter);
  return { file: { name, process, listing: listing.text, maps: plain, letters }, maps };
}

/** Name of the congestion control in a value; empty where the struct has none. */
function nameIn(btf: Btf, value: Uint8Array): string {
  const data = btf.field('bpf_struct_ops_tcp_congestion_ops', 'data')?.byteOffset ?? 0;
  const name = btf.field('tcp_congestion_ops', 'name');
  if (!name || value.length < data + name.byteOffset + name.size) return '';
  const bytes = value.subarray(data + name.byteOffset, data + name.byteOffset + name.size);
  return String.fromCharCode(...bytes.subarray(0, Math.max(0, bytes.indexOf(0))));
}

/** A struct_ops variable of an object, and the congestion control that it defines. */
interface DefinedControl {
  readonly map: string;
  readonly name: string;
}

/** The congestion controls that an object defines, without loading it; empty when it cannot be opened. */
export function congestionControlsIn(bytes: Uint8Array, path: string): DefinedControl[] {
  const opened = openObject(bytes, path);
  if (!opened.ok) return [];
  return opened.value.maps.flatMap(({ name: map, structOps, data }) => {
    const type = structOps && opened.value.btf.type(structOps.type);
    const member = type?.members.find(({ name }) => name === 'name');
    if (!member || !data) return [];
    const at = member.bitOffset / 8;
    const text = data.subarray(at, at + Math.max(0, opened.value.btf.sizeOf(member.type)));
    return [{ map, name: String.fromCharCode(...text.subarray(0, Math.max(0, text.indexOf(0)))) }];
  });
}

/** Declaration tags in the BTF of a map's creator; null when the map is gone. */
export function creatorTags(kernel: Kernel, id: number): DeclarationTag[] | null {
  const map = kernel.mapById(id);
  if (!map) return null;
  const btf = map.btf === 0 ? null : openBtf(kernel.btfBytes(map.btf));
  return btf?.ok ? declarationTags(btf.value) : [];
}

/** The first elements of a map, shown with its creator's types if given; null when the map is gone. */
export function mapElements(kernel: Kernel, id: number, most: number): MapElement[] | null {
  const map = kernel.mapById(id);
  const type = map && MAP_TYPES.get(map.type);
  if (!map || !type) return null;
  const btf = map.btf === 0 ? null : openBtf(kernel.btfBytes(map.btf));
  const shown = (typeId: number, bytes: Uint8Array): string | null =>
    typeId !== 0 && btf?.ok ? formatValue(btf.value, typeId, bytes, 0) : null;
  return kernel.elements(map, most).map(({ key, value }) => ({
    key,
    value,
    keyText: shown(map.keyTypeId, key),
    valueText: shown(map.ownValueTypeId, value),
  }));
}
