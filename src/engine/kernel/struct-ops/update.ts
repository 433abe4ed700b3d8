/* BPF_MAP_UPDATE_ELEM of a struct_ops map: the system call's own checks, then bpf_struct_ops_map_update_elem. */
import { u32At } from '../../base/bytes.ts';
import { entryOf } from '../../base/assert.ts';
import { ERRNO } from '../../base/errno.ts';
import {
  type Call,
  command,
  type CommandTable,
  findMap,
  type MapCall,
  opsMapOf,
  mayWrite,
  must,
  takeBytes,
} from '../calls.ts';
import { objectOf } from '../fds.ts';
import { holdMap, holdProg, putProg, setMap } from '../objects.ts';
import type { ProgObject } from '../state.ts';
import { abandon, done, fail, next, skip } from '../steps.ts';
import { BPF_MODULE_OWNER, ELEM_FLAG, MAP_FLAG, PROG_TYPE_STRUCT_OPS, STATE } from '../uapi.ts';
import { addTrampoline, releaseImage } from './trampolines.ts';
import { allZero, answered, registerStruct, structOpsType } from './types.ts';
import { type StructOpsMember, type StructOpsType } from './shape.ts';
import { mapState, setMapState } from './value.ts';

interface Update extends Call<'BPF_MAP_UPDATE_ELEM'>, MapCall {
  key: number;
  /** the whole value as user space gave it */
  value: Uint8Array;
  /** index of the member that is visited */
  index: number;
  /** return value of the last init_member, which the quirk of the owner member returns */
  answer: number;
  prog: ProgObject | null;
}

const typeOf = (x: Update): StructOpsType => structOpsType(x.k, opsMapOf(x).struct);
const memberOf = (x: Update): StructOpsMember => entryOf(typeOf(x).members, x.index);
/** the struct's bytes in the value from user space */
const udata = (x: Update): Uint8Array =>
  x.value.subarray(typeOf(x).dataOffset, typeOf(x).dataOffset + typeOf(x).dataSize);

/** The label reset_unlock: programs are put, the image is freed, both copies are zero, the state is INIT. */
function reset(x: Update): void {
  const { k } = x;
  const map = opsMapOf(x);
  releaseImage(k, map);
  setMap(k, { ...map, progs: [], images: [], imageUsed: 0 });
  for (const { prog } of map.progs) putProg(k, prog, 'map', map.object);
  k.memory.u8.fill(0, map.uvalue, map.uvalue + map.valueSize);
  k.memory.u8.fill(0, map.kvalue, map.kvalue + map.valueSize);
}

const table: CommandTable<'BPF_MAP_UPDATE_ELEM', Update> = {
  command: 'BPF_MAP_UPDATE_ELEM',
  number: 2,
  context: (call) => ({
    ...call,
    file: null,
    map: null,
    key: 0,
    value: new Uint8Array(),
    index: 0,
    answer: 0,
    prog: null,
  }),
  members: (x) => typeOf(x).members.map(({ name }) => name),
  enter(x, index) {
    x.index = index;
    x.prog = null;
  },
  steps: [
    findMap(),
    mayWrite(),
    {
      id: 'spin-lock',
      scope: 'call',
      source: 'map_update_elem',
      text: 'BPF_F_LOCK needs a spin lock in the value, which these maps lack',
      run: ({ attr }) => must(Math.floor(attr.flags / ELEM_FLAG.LOCK) % 2 === 0, ERRNO.EINVAL),
    },
    {
      id: 'copy-key',
      scope: 'call',
      source: 'bpf_map_copy_key',
      text: 'the 4 bytes of the key can be read',
      run: (x) =>
        takeBytes(x.attr.key, 4, (key) => {
          x.key = u32At(key, 0);
        }),
    },
    {
      id: 'copy-from-user',
      scope: 'call',
      source: 'map_update_elem',
      text: 'value_size bytes of the value can be read',
      run: (x) =>
        takeBytes(x.attr.value, opsMapOf(x).valueSize, (value) => {
          x.value = value;
        }),
    },
    {
      id: 'flags',
      scope: 'call',
      source: 'bpf_struct_ops_map_update_elem',
      text: 'flags are 0: neither BPF_NOEXIST nor BPF_EXIST makes sense for the one element',
      run: ({ attr }) => must(attr.flags === 0, ERRNO.EINVAL),
    },
    {
      id: 'key',
      scope: 'call',
      source: 'bpf_struct_ops_map_update_elem',
      text: 'the key is 0',
      run: ({ key }) => must(key === 0, ERRNO.E2BIG),
    },
    {
      id: 'value-holes',
      scope: 'call',
      source: 'check_zero_holes',
      text: 'bytes of the value struct that no member covers are zero',
      run: (x) =>
        must(
          typeOf(x).valueHoles.every(({ from, to }) => allZero(x.value, from, to)),
          ERRNO.EINVAL,
        ),
    },
    {
      id: 'data-holes',
      scope: 'call',
      source: 'check_zero_holes',
      text: 'bytes of the struct itself that no member covers are zero',
      run: (x) =>
        must(
          typeOf(x).dataHoles.every(({ from, to }) => allZero(udata(x), from, to)),
          ERRNO.EINVAL,
        ),
    },
    {
      id: 'state-refcnt-zero',
      scope: 'call',
      source: 'bpf_struct_ops_map_update_elem',
      text: 'state and refcnt are the kernel’s: user space gives 0',
      run: (x) =>
        must(
          u32At(x.value, typeOf(x).stateOffset) === 0 &&
            u32At(x.value, typeOf(x).refcntOffset) === 0 &&
            typeOf(x).own.every(({ from, to }) => allZero(x.value, from, to)),
          ERRNO.EINVAL,
        ),
    },
    {
      id: 'state-init',
      scope: 'call',
      source: 'bpf_struct_ops_map_update_elem',
      text: 'the map is in INIT: one successful update in its life',
      run: (x) => must(mapState(x.k, opsMapOf(x)) === STATE.INIT, ERRNO.EBUSY),
    },
    {
      id: 'copy-value',
      scope: 'call',
      source: 'bpf_struct_ops_map_update_elem',
      text: 'the value becomes the copy that user space will read',
      run(x) {
        x.k.memory.u8.set(x.value, opsMapOf(x).uvalue);
        return next;
      },
      undo: reset,
    },
    {
      id: 'owner',
      scope: 'member',
      source: 'bpf_struct_ops_map_update_elem',
      text: 'a struct module pointer is filled in by the core: if user space gives one, the call ends without an error of its own',
      run(x) {
        const { kind, offset, size } = memberOf(x);
        if (kind !== 'module') return next;
        if (!allZero(udata(x), offset, offset + size)) return abandon(x.answer);
        const at = (opsMapOf(x).kdata + offset) >>> 2;
        x.k.memory.u32[at] = BPF_MODULE_OWNER.lo;
        x.k.memory.u32[at + 1] = BPF_MODULE_OWNER.hi;
        return skip;
      },
    },
    {
      id: 'init-member',
      scope: 'member',
      source: 'st_ops->init_member',
      text: 'the subsystem may take the member itself, or refuse it',
      run(x) {
        const { name, offset, size } = memberOf(x);
        const m = { member: name, kdata: opsMapOf(x).kdata, offset, size, udata: udata(x) };
        x.answer = typeOf(x).subsystem.initMember(m);
        if (x.answer > 0) return skip;
        return x.answer < 0 ? fail(-x.answer) : next;
      },
    },
    {
      id: 'member-zero',
      scope: 'member',
      source: 'bpf_struct_ops_map_update_elem',
      text: 'a member that is no function and not taken by the subsystem is zero',
      run(x) {
        const { kind, offset, size } = memberOf(x);
        if (kind === 'func') return next;
        return allZero(udata(x), offset, offset + size) ? skip : fail(ERRNO.EINVAL);
      },
    },
    {
      id: 'prog-absent',
      scope: 'member',
      source: 'bpf_struct_ops_map_update_elem',
      text: 'fd 0 (the low half of the slot): not implemented',
      run: (x) => (u32At(udata(x), memberOf(x).offset) === 0 ? skip : next),
    },
    {
      id: 'prog-get',
      scope: 'member',
      source: 'bpf_prog_get',
      text: 'the fd is open (else EBADF), and of a program (else EINVAL)',
      run(x) {
        const object = objectOf(x.k, x.pid, u32At(udata(x), memberOf(x).offset), 'prog');
        if (object < 0) return fail(-object);
        x.prog = entryOf(x.k.state.progs, object);
        return next;
      },
    },
    {
      id: 'prog-match',
      scope: 'member',
      source: 'bpf_struct_ops_map_update_elem',
      text: 'the program was loaded for this struct and this member',
      run: (x) =>
        must(
          x.prog?.type === PROG_TYPE_STRUCT_OPS &&
            x.prog.attachBtfId === typeOf(x).typeId &&
            x.prog.expectedAttachType === x.index,
          ERRNO.EINVAL,
        ),
    },
    {
      id: 'trampoline',
      scope: 'member',
      source: 'bpf_struct_ops_prepare_trampoline',
      text: 'the map takes a reference to the program; a trampoline is written, and its address becomes the slot',
      run(x) {
        const { k, prog } = x;
        const { object } = opsMapOf(x);
        if (!prog) return fail(ERRNO.EINVAL);
        const ret = addTrampoline(k, object, memberOf(x), prog);
        if (ret < 0) return fail(-ret);
        holdProg(k, prog.object, 'map', object);
        const map = opsMapOf(x);
        const { offset } = memberOf(x);
        k.memory.setPointer(map.kdata + offset, entryOf(map.progs, map.progs.length - 1).address);
        k.memory.setU64(map.uvalue + typeOf(x).dataOffset + offset, prog.id);
        return next;
      },
    },
    {
      id: 'validate',
      scope: 'after',
      source: 'st_ops->validate',
      since: 'v6.12',
      text: 'the subsystem validates the whole struct',
      run: (x) => answered(x.k, typeOf(x), typeOf(x).subsystem.validate?.(opsMapOf(x).kdata) ?? 0),
    },
    {
      id: 'ready',
      scope: 'after',
      source: 'bpf_struct_ops_map_update_elem',
      since: 'v6.12',
      text: 'a map for links becomes READY: registering it is the link’s part',
      run(x) {
        if ((opsMapOf(x).flags & MAP_FLAG.LINK) === 0) return next;
        setMapState(x.k, opsMapOf(x), STATE.READY);
        return done(0);
      },
    },
    {
      id: 'reg',
      scope: 'after',
      source: 'st_ops->reg',
      text: 'the subsystem registers the struct, and the registration holds the map: INUSE',
      run(x) {
        const map = opsMapOf(x);
        const ret = registerStruct(x.k, typeOf(x), map.kvalue);
        if (ret !== 0) return answered(x.k, typeOf(x), ret);
        holdMap(x.k, map.object, 'registration', 0);
        setMapState(x.k, map, STATE.INUSE);
        return done(0);
      },
    },
  ],
};

export const mapUpdate = command(table);
