/* BPF_OBJ_GET_INFO_BY_FD: struct bpf_map_info, bpf_prog_info and bpf_btf_info, byte by byte. */
import { assert, entryOf } from '../base/assert.ts';
import { ERRNO } from '../base/errno.ts';
import { type Call, command, type CommandTable, must } from './calls.ts';
import type { Core } from './core.ts';
import { fileOf } from './fds.ts';
import type { ProgCodeInfo, progCode } from './prog-code.ts';
import type { BtfObject, LinkObject, MapObject, OpenFile, ProgObject } from './state.ts';
import { done, fail, next } from './steps.ts';
import { LINK_TYPE_STRUCT_OPS, PROG_TYPE_STRUCT_OPS } from './uapi.ts';

interface GetInfo extends Call<'BPF_OBJ_GET_INFO_BY_FD'> {
  file: OpenFile | null;
  info: Uint8Array;
}

const PAGE_SIZE = 4096;
/** id of vmlinux's BTF */
const VMLINUX_ID = 1;

/** Writes words and bytes at the offsets of a uapi struct. */
function struct(
  size: number,
  words: Readonly<Record<number, number>>,
  texts: Readonly<Record<number, string>> = {},
): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of Object.entries(words)) view.setUint32(Number(at), word, true);
  for (const [at, text] of Object.entries(texts)) {
    for (let i = 0; i < text.length; i++) bytes[Number(at) + i] = text.charCodeAt(i);
  }
  return bytes;
}

function mapInfo(k: Core, map: MapObject): Uint8Array {
  const words = {
    0: map.type,
    4: map.id,
    8: map.keySize,
    12: map.valueSize,
    16: map.maxEntries,
    20: map.flags,
    44: map.plain ? 0 : map.valueTypeId,
    64: map.btf === 0 ? 0 : entryOf(k.state.btfs, map.btf).id,
    68: map.keyTypeId,
    72: map.ownValueTypeId,
    76: k.profile.mapInfoHasVmlinuxId && !map.plain ? VMLINUX_ID : 0,
  };
  return struct(88, words, { 24: map.name });
}

/** Rewrites and compiles a program. Installed by the engine's late chunk, which also contains all its callers. */
let makeCode: typeof progCode | null = null;

export const registerProgCode = (known: typeof progCode): void => {
  makeCode = known;
};

function codeOf(k: Core, prog: ProgObject): ProgCodeInfo {
  assert(makeCode, "what a program was rewritten to needs the engine's late part");
  return makeCode(k, prog);
}

function progInfo(k: Core, prog: ProgObject): Uint8Array {
  const code = codeOf(k, prog);
  const attached = prog.type === PROG_TYPE_STRUCT_OPS;
  const bytes = struct(
    232,
    {
      0: prog.type,
      4: prog.id,
      16: code.jited.reduce((sum, { bytes }) => sum + bytes, 0),
      20: code.xlated.bytes.length,
      40: prog.loaded,
      44: Math.floor(prog.loaded / 0x1_0000_0000),
      48: prog.uid,
      52: prog.maps.length,
      84: prog.gpl ? 1 : 0,
      104: Math.max(1, code.jited.length),
      108: Math.max(1, code.jited.length),
      128: prog.btf === 0 ? 0 : entryOf(k.state.btfs, prog.btf).id,
      132: 8,
      144: code.xlated.funcs.length,
      148: code.xlated.lines.length,
      168: code.xlated.lines.length,
      172: 16,
      176: 8,
      180: Math.max(1, code.jited.length),
      216: prog.insnCount,
      220: attached ? VMLINUX_ID : 0,
      224: attached ? prog.attachBtfId : 0,
    },
    { 64: prog.name },
  );
  for (let i = 0; i < 8; i++) bytes[8 + i] = Number.parseInt(prog.tag.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

function btfInfo(btf: BtfObject): Uint8Array {
  return struct(32, { 8: btf.size, 12: btf.id, 24: btf.name.length, 28: btf.kernel ? 1 : 0 });
}

/** struct bpf_link_info of a struct_ops link: it has no program; map_id is 0 after detaching. */
function linkInfo(k: Core, link: LinkObject): Uint8Array {
  return struct(64, {
    0: LINK_TYPE_STRUCT_OPS,
    4: link.id,
    16: link.map === 0 ? 0 : entryOf(k.state.maps, link.map).id,
  });
}

function infoOf(k: Core, file: OpenFile): Uint8Array | null {
  const { infoBytes } = k.profile;
  if (file.kind === 'map') return mapInfo(k, entryOf(k.state.maps, file.object)).slice(0, infoBytes.map);
  if (file.kind === 'prog') return progInfo(k, entryOf(k.state.progs, file.object)).slice(0, infoBytes.prog);
  if (file.kind === 'link') return linkInfo(k, entryOf(k.state.links, file.object));
  return file.kind === 'btf' ? btfInfo(entryOf(k.state.btfs, file.object)) : null;
}

const table: CommandTable<'BPF_OBJ_GET_INFO_BY_FD', GetInfo> = {
  command: 'BPF_OBJ_GET_INFO_BY_FD',
  number: 15,
  context: (call) => ({ ...call, file: null, info: new Uint8Array() }),
  steps: [
    {
      id: 'fd',
      scope: 'call',
      source: 'bpf_obj_get_info_by_fd',
      text: 'the fd is open',
      run(x) {
        x.file = fileOf(x.k, x.pid, x.attr.bpf_fd);
        return must(x.file !== null, ERRNO.EBADF);
      },
    },
    {
      id: 'kind',
      scope: 'call',
      source: 'bpf_obj_get_info_by_fd',
      text: 'it is of a program, a BTF, a map or a link',
      run(x) {
        const info = x.file && infoOf(x.k, x.file);
        if (!info) return fail(ERRNO.EINVAL);
        x.info = info;
        return next;
      },
    },
    {
      id: 'info-size',
      scope: 'call',
      source: 'bpf_check_uarg_tail_zero',
      text: 'the buffer is at most a page, and zero beyond what this kernel fills',
      run({ attr, info }) {
        const given = attr.info instanceof Uint8Array ? attr.info : new Uint8Array();
        const beyond = given.subarray(info.length, attr.info_len);
        return must(attr.info_len <= PAGE_SIZE && beyond.every((byte) => byte === 0), ERRNO.E2BIG);
      },
    },
    {
      id: 'copy-to-user',
      scope: 'call',
      source: 'bpf_obj_get_info_by_fd',
      text: 'as much of the struct as fits, and the size that was filled',
      run(x) {
        const length = Math.min(x.attr.info_len, x.info.length);
        if (length > 0 && !(x.attr.info instanceof Uint8Array)) return fail(ERRNO.EFAULT);
        x.out.bytes = x.info.slice(0, length);
        if (x.file?.kind === 'prog') x.out.prog = codeOf(x.k, entryOf(x.k.state.progs, x.file.object));
        x.out.fields = { info_len: length };
        return done(0);
      },
    },
  ],
};

export const objInfo = command(table);
