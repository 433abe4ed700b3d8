/* bpftool map (tools/bpf/bpftool/map.c). */
import { own } from '../../base/own.ts';
import type { SyscallResult } from '../../kernel/calls.ts';
import { MAP_TYPE_NAMES } from '../../kernel/maps/type-names.ts';
import { strerror } from '../../libbpf/strerror.ts';
import { JsonWriter } from '../json-writer.ts';
import { type Bpftool, hexBytes, isNumber, jsonBytes, withFd } from './context.ts';
import { byId, findObjects, findOne, pinFd } from './find.ts';
import { fdInfo, readInfo } from './map-info.ts';
import { typesOf, writeElement } from './map-print.ts';
import { element } from './map-words.ts';

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
