/* bpftool map (tools/bpf/bpftool/map.c). */
import { own } from '../../base/own.ts';
import type { Btf } from '../../btf/btf.ts';
import { openBtf } from '../../btf/read.ts';
import { MAP_TYPE_NAMES } from '../../kernel/maps/type-names.ts';
import { MAP_TYPE } from '../../kernel/maps/map-type.ts';
import { heldBy } from '../../kernel/maps/slots.ts';
import { MAP_FLAG, MAP_TYPE_STRUCT_OPS } from '../../kernel/uapi.ts';
import type { SyscallResult } from '../../kernel/calls.ts';
import { strerror } from '../../libbpf/strerror.ts';
import { JsonWriter } from '../json-writer.ts';
import { type Bpftool, hexBytes, isNumber, jsonBytes, textAt, withFd } from './context.ts';
import { byId, findObjects, findOne, MAP_INFO_BYTES, pinFd } from './find.ts';
import { dumpValue } from './values.ts';

interface MapInfo {
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

function readInfo(tool: Bpftool, fd: number): MapInfo {
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
function fdInfo(tool: Bpftool, fd: number, info: MapInfo): FdInfo {
  const { kernel } = tool.process.host;
  tool.process.call('openat', `AT_FDCWD, "/proc/self/fdinfo/${fd}", O_RDONLY`, () => 0);
  return { memlock: memlock(tool, info), frozen: kernel.mapById(info.id)?.frozen ?? false };
}

const typeName = (type: number): string => MAP_TYPE_NAMES.get(type) ?? `type ${type}`;

function showOne(tool: Bpftool, fd: number): void {
  const info = readInfo(tool, fd);
  const { memlock: locked, frozen } = fdInfo(tool, fd, info);
  const { json } = tool;
  if (json) {
    json.startObject();
    json.field('id', info.id);
    json.field('type', typeName(info.type));
    if (info.name !== '') json.field('name', info.name);
    json.field('flags', info.flags);
    json.field('bytes_key', info.keySize);
    json.field('bytes_value', info.valueSize);
    json.field('max_entries', info.maxEntries);
    json.field('bytes_memlock', locked);
    json.field('frozen', frozen ? 1 : 0);
    if (info.btfId !== 0) json.field('btf_id', info.btfId);
    json.endObject();
    return;
  }
  tool.out(
    `${info.id}: ${typeName(info.type)}  ${info.name === '' ? '' : `name ${info.name}  `}flags 0x${info.flags.toString(16)}\n`,
  );
  tool.out(`\tkey ${info.keySize}B  value ${info.valueSize}B  max_entries ${info.maxEntries}  memlock ${locked}B\n`);
  const marks = [info.btfId === 0 ? '' : `btf_id ${info.btfId}`, frozen ? 'frozen' : ''].filter((text) => text !== '');
  if (marks.length > 0) tool.out(`\t${marks.join('  ')}\n`);
}

function show(tool: Bpftool): number {
  if (tool.left === 2) {
    const fds = findObjects(tool, 'map');
    if (fds.length > 1) tool.json?.startArray();
    for (const fd of fds) withFd(tool, fd, () => showOne(tool, fd));
    if (fds.length > 1) tool.json?.endArray();
    return 0;
  }
  if (tool.left > 0) return tool.fail(`Wrong number of arguments. See: ${tool.release.called} map help`);
  tool.json?.startArray();
  for (const id of tool.ids('BPF_MAP_GET_NEXT_ID')) {
    const fd = byId(tool, 'map', id);
    if (fd < 0) tool.error(`can't get map by id (${id}): ${strerror(fd)}`);
    else withFd(tool, fd, () => showOne(tool, fd));
  }
  tool.json?.endArray();
  return 0;
}

/** The types of key and value; null when bytes are shown. */
interface Types {
  readonly btf: Btf;
  readonly key: number;
  readonly value: number;
}

export function openBtfById(tool: Bpftool, id: number): Btf | null {
  const fd = tool.bpf('BPF_BTF_GET_FD_BY_ID', { btf_id: id }).ret;
  if (fd < 0) return null;
  return withFd(tool, fd, () => {
    tool.infoOf(fd, 32);
    const { kernel } = tool.process.host;
    const object = Object.values(kernel.state.btfs).find((btf) => btf.id === id)?.object;
    const opened = object === undefined ? null : openBtf(kernel.btfBytes(object));
    return opened?.ok ? opened.value : null;
  });
}

function typesOf(tool: Bpftool, info: MapInfo): Types | null {
  if (info.vmlinuxValueType !== 0) return { btf: tool.process.host.btf, key: 0, value: info.vmlinuxValueType };
  if (info.btfId === 0 || info.valueType === 0) return null;
  const btf = openBtfById(tool, info.btfId);
  return btf && { btf, key: info.keyType, value: info.valueType };
}

function writeTyped(tool: Bpftool, w: JsonWriter, types: Types, key: Uint8Array, value: Uint8Array): void {
  const pointers = tool.json ? 'number' : tool.release.quotesPointers ? 'quoted' : 'text';
  w.startObject();
  if (types.key !== 0) {
    w.name('key');
    dumpValue(w, types.btf, types.key, key, { pointers });
  }
  w.name('value');
  dumpValue(w, types.btf, types.value, value, { pointers });
  w.endObject();
}

/** Prints an element: in JSON with its bytes, otherwise with types if known. */
function writeElement(
  tool: Bpftool,
  plain: JsonWriter | null,
  types: Types | null,
  key: Uint8Array,
  value: Uint8Array,
): void {
  const { json } = tool;
  if (json) {
    json.startObject();
    json.list('key', jsonBytes(key));
    json.list('value', jsonBytes(value));
    if (types) {
      json.name('formatted');
      writeTyped(tool, json, types, key, value);
    }
    json.endObject();
  } else if (plain && types) writeTyped(tool, plain, types, key, value);
  else {
    const isShort = key.length + value.length <= 24;
    tool.out(
      isShort
        ? `key: ${hexBytes(key)}  value: ${hexBytes(value)}\n`
        : `key:\n${hexBytes(key)}\nvalue:\n${hexBytes(value)}\n`,
    );
  }
}

function dumpOne(tool: Bpftool, fd: number): void {
  const info = readInfo(tool, fd);
  const types = typesOf(tool, info);
  const plain = !tool.json && types ? new JsonWriter(true) : null;
  (tool.json ?? plain)?.startArray();
  let key: Uint8Array | null = null;
  let count = 0;
  for (;;) {
    const step: SyscallResult = tool.bpf('BPF_MAP_GET_NEXT_KEY', { map_fd: fd, key });
    if (step.ret < 0 || !step.out.bytes) break;
    key = step.out.bytes;
    const found = tool.bpf('BPF_MAP_LOOKUP_ELEM', { map_fd: fd, key });
    if (found.ret < 0) continue;
    count++;
    writeElement(tool, plain, types, key, found.out.bytes ?? new Uint8Array());
  }
  (tool.json ?? plain)?.endArray();
  if (plain) tool.out(plain.result);
  else if (!tool.json) tool.out(`Found ${count} element${count === 1 ? '' : 's'}\n`);
}

function dump(tool: Bpftool): number {
  const fds = findObjects(tool, 'map');
  if (fds.length > 1) tool.json?.startArray();
  for (const fd of fds) withFd(tool, fd, () => dumpOne(tool, fd));
  if (fds.length > 1) tool.json?.endArray();
  return 0;
}

/** A number as strtoul reads it, by base; in base 0 the prefixes 0x and 0 decide. */
const NUMBER_OF_BASE = { 0: /^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/, 16: /^(0[xX])?[0-9a-fA-F]+$/ } as const;
const ULONG_MAX = 2n ** 64n - 1n;

/** The low byte of a number, which is all that parse_bytes keeps; null for text that is no number. */
function byteOf(text: string, base: 0 | 16): number | null {
  if (!NUMBER_OF_BASE[base].test(text)) return null;
  const hex = /^0x/i.test(text) ? text.slice(2) : base === 16 ? text : null;
  const value = hex !== null ? BigInt(`0x${hex}`) : BigInt(/^0\d/.test(text) ? `0o${text.slice(1)}` : text);
  return Number((value > ULONG_MAX ? ULONG_MAX : value) & 0xffn);
}

/** `key 0 0 0 0`, `key hex 0a 0b`: parses exactly `size` bytes (parse_bytes of bpftool's map.c). */
function bytesOf(tool: Bpftool, what: 'key' | 'value', size: number): Uint8Array {
  let base: 0 | 16 = 0;
  if (tool.is('hex')) {
    tool.next();
    base = 16;
  }
  const bytes: number[] = [];
  while (bytes.length < size && tool.left > 0) {
    const text = tool.peek() ?? '';
    const value = byteOf(text, base);
    if (value === null) return tool.fail(`error parsing byte: ${text}`);
    bytes.push(value);
    tool.next();
  }
  if (bytes.length !== size) return tool.fail(`${what} expected ${size} bytes got ${bytes.length}`);
  return Uint8Array.from(bytes);
}

/** Parses a value; for maps of maps and of programs it names an object, whose fd is the value. */
function valueOf(tool: Bpftool, { type, valueSize }: MapInfo): Uint8Array {
  const held = heldBy(type);
  if (held === null) return bytesOf(tool, 'value', valueSize);
  if (valueSize !== 4) return tool.fail(`value smaller than 4B for map ${held === 'map' ? 'in map' : 'of progs'}?`);
  if (tool.left === 0) return tool.fail(`not enough value arguments for map ${held === 'map' ? 'in map' : 'of progs'}`);
  return new Uint8Array(Int32Array.of(findOne(tool, held)).buffer);
}

/** Parses the words after MAP: those of key, value and flags that the command takes. */
function element(tool: Bpftool, info: MapInfo, wanted: readonly ('key' | 'value')[]) {
  const out: { key: Uint8Array | null; value: Uint8Array | null; flags: number } = { key: null, value: null, flags: 0 };
  const FLAGS: Readonly<Record<string, number>> = { any: 0, noexist: 1, exist: 2 };
  while (tool.left > 0) {
    const word = tool.next() ?? '';
    const flags = own(FLAGS, word);
    if (word === 'key' && wanted.includes('key')) out.key = bytesOf(tool, 'key', info.keySize);
    else if (word === 'value' && wanted.includes('value')) out.value = valueOf(tool, info);
    else if (wanted.includes('value') && flags !== undefined) out.flags = flags;
    else return tool.fail(`expected key or value, got: ${word}`);
  }
  return out;
}

function lookup(tool: Bpftool): number {
  return withFd(tool, findOne(tool, 'map'), (fd) => {
    const info = readInfo(tool, fd);
    const { key } = element(tool, info, ['key']);
    if (!key) return tool.fail('did not find key');
    const { ret, out } = tool.bpf('BPF_MAP_LOOKUP_ELEM', { map_fd: fd, key });
    if (ret < 0) return notFound(tool, key, ret);
    const types = typesOf(tool, info);
    const plain = !tool.json && types ? new JsonWriter(true) : null;
    writeElement(tool, plain, types, key, out.bytes ?? new Uint8Array());
    if (plain) tool.out(plain.result);
    return 0;
  });
}

function notFound(tool: Bpftool, key: Uint8Array, ret: number): number {
  if (strerror(ret) !== 'No such file or directory') return tool.fail(`lookup failed: ${strerror(ret)}`, ret);
  if (tool.json) tool.json.null();
  else tool.out(`key:\n${hexBytes(key)}\n\nNot found\n`);
  return ret;
}

function getNext(tool: Bpftool): number {
  return withFd(tool, findOne(tool, 'map'), (fd) => {
    const { key } = element(tool, readInfo(tool, fd), ['key']);
    const { ret, out } = tool.bpf('BPF_MAP_GET_NEXT_KEY', { map_fd: fd, key });
    if (ret < 0) return tool.fail(`can't get next key: ${strerror(ret)}`, ret);
    const next = out.bytes ?? new Uint8Array();
    const { json } = tool;
    if (json) {
      json.startObject();
      if (key) json.list('key', jsonBytes(key));
      else {
        json.name('key');
        json.null();
      }
      json.list('next_key', jsonBytes(next));
      json.endObject();
    } else {
      tool.out(key ? `key:\n${hexBytes(key)}\n` : 'key: None\n');
      tool.out(`next key:\n${hexBytes(next)}\n`);
    }
    return 0;
  });
}

/** Ends a command that prints nothing on success. */
function quiet(tool: Bpftool, ret: number, said: string): number {
  if (ret < 0) return tool.fail(`${said}: ${strerror(ret)}`, ret);
  tool.json?.null();
  return 0;
}

const update = (tool: Bpftool): number =>
  withFd(tool, findOne(tool, 'map'), (fd) => {
    const { key, value, flags } = element(tool, readInfo(tool, fd), ['key', 'value']);
    if (!value) return tool.fail('did not find value');
    return quiet(tool, tool.bpf('BPF_MAP_UPDATE_ELEM', { map_fd: fd, key, value, flags }).ret, 'update failed');
  });

const remove = (tool: Bpftool): number =>
  withFd(tool, findOne(tool, 'map'), (fd) => {
    const { key } = element(tool, readInfo(tool, fd), ['key']);
    if (!key) return tool.fail('did not find key');
    return quiet(tool, tool.bpf('BPF_MAP_DELETE_ELEM', { map_fd: fd, key }).ret, 'delete failed');
  });

const freeze = (tool: Bpftool): number =>
  withFd(tool, findOne(tool, 'map'), (fd) =>
    quiet(tool, tool.bpf('BPF_MAP_FREEZE', { map_fd: fd }).ret, 'failed to freeze map'),
  );

/** `peek` of queues and stacks: a look-up without a key. */
const peekKey = (tool: Bpftool): number => withFd(tool, findOne(tool, 'map'), () => tool.fail('did not find key'));
const pop = (tool: Bpftool): number =>
  withFd(tool, findOne(tool, 'map'), (fd) =>
    quiet(tool, tool.bpf('BPF_MAP_LOOKUP_AND_DELETE_ELEM', { map_fd: fd }).ret, 'pop failed'),
  );

const pin = (tool: Bpftool): number => {
  const fd = findOne(tool, 'map');
  return withFd(tool, fd, () => {
    const path = tool.next();
    if (path === undefined) return tool.fail('expected a path to pin to');
    return quiet(tool, pinFd(tool, fd, path), `can't pin the object (${path})`);
  });
};

/** Words of `create` with the attributes that they set. */
const CREATE: Readonly<Record<string, 'key_size' | 'value_size' | 'max_entries' | 'map_flags'>> = {
  key: 'key_size',
  value: 'value_size',
  entries: 'max_entries',
  flags: 'map_flags',
};

function create(tool: Bpftool): number {
  const path = tool.next() ?? tool.fail('expected a path for the map');
  const attr = { map_type: 0, key_size: 0, value_size: 0, max_entries: 0, map_flags: 0, map_name: '' };
  while (tool.left > 0) {
    const word = tool.next() ?? '';
    const given = tool.next() ?? tool.fail(`${word} needs a value`);
    const field = own(CREATE, word);
    if (word === 'type') {
      attr.map_type =
        [...MAP_TYPE_NAMES].find(([, name]) => name === given)?.[0] ?? tool.fail(`unrecognized map type: ${given}`);
    } else if (word === 'name') attr.map_name = given.slice(0, 15);
    else if (field) {
      if (!isNumber(given)) return tool.fail(`can't parse ${given} as ${word}`);
      attr[field] = Number(given);
    } else return tool.fail(`unknown arg ${word}`);
  }
  const fd = tool.bpf('BPF_MAP_CREATE', attr).ret;
  if (fd < 0) return tool.fail(`map create failed: ${strerror(fd)}`);
  return withFd(tool, fd, () => quiet(tool, pinFd(tool, fd, path), `can't pin the object (${path})`));
}

export const MAP_VERBS: Readonly<Record<string, (tool: Bpftool) => number>> = {
  show,
  list: show,
  dump,
  update,
  lookup,
  getnext: getNext,
  delete: remove,
  pin,
  peek: peekKey,
  pop,
  freeze,
  create,
};
