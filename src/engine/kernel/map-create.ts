/* BPF_MAP_CREATE: map_create, and within it map_alloc_check and map_alloc of the kind of map. */
import { assert, entryOf } from '../base/assert.ts';
import { ERRNO } from '../base/errno.ts';
import { type Call, command, type CommandTable, must, takeName, unprivilegedGate } from './calls.ts';
import { type Core, log } from './core.ts';
import { capable, newFd, objectOf } from './fds.ts';
import { checkBtf } from './maps/check-btf.ts';
import { giveMemory, takeMemory } from './maps/heap.ts';
import { innerShape } from './maps/inner.ts';
import type { MapShape, MapType } from './maps/map-type.ts';
import { MAP_TYPE } from './maps/map-type.ts';
import { inProfile } from './profiles.ts';
import { MAP_TYPE_NAMES } from './maps/type-names.ts';
import { heldBy } from './maps/slots.ts';
import { heapOf, MAP_TYPES } from './maps/types.ts';
import { valueFields } from './maps/value-fields.ts';
import type { InnerShape, MapObject } from './state.ts';
import { allocId, allocObject, holdBtf, setMap } from './objects.ts';
import { done, fail, next, type Outcome } from './steps.ts';
import type { StructOpsType } from './struct-ops/shape.ts';
import { MAP_FLAG, MAP_TYPE_STRUCT_OPS } from './uapi.ts';

interface MapCreate extends Call<'BPF_MAP_CREATE'> {
  /** null: a struct_ops map */
  kind: MapType | null;
  type: StructOpsType | null;
  /**
   * 0 until allocated: address of both copies of a struct_ops value, or of another map's struct bpf_map and elements
   */
  kvalue: number;
  uvalue: number;
  address: number;
  values: number;
  inner: InnerShape | null;
  name: string;
  btf: number;
}

/** Most kvalues and uvalues of one type that fit into the kernel's region */
const MAX_VALUES = 2000;

/** Most maps of other kinds, each with a struct bpf_map in the kernel's region */
const MAX_PLAIN = 1000;

/** BPF_MAP_TYPE_BLOOM_FILTER, BPF_MAP_TYPE_ARENA */
const WITH_EXTRA: readonly number[] = [MAP_TYPE.BLOOM_FILTER, 33];

/** Refuses a kind of map that only Linux has, and says so in the machine's log. */
function absent(k: Core, type: number): Outcome {
  const text = `map type ${MAP_TYPE_NAMES.get(type) ?? type} is not in this machine`;
  log(k, text);
  return fail(ERRNO.EINVAL, text);
}

const has = (flags: number, bit: number): boolean => (flags & bit) !== 0;

const table: CommandTable<'BPF_MAP_CREATE', MapCreate> = {
  command: 'BPF_MAP_CREATE',
  number: 0,
  context: (call) => ({
    ...call,
    kind: null,
    type: null,
    kvalue: 0,
    uvalue: 0,
    address: 0,
    values: 0,
    inner: null,
    name: '',
    btf: 0,
  }),
  gate: [unprivilegedGate],
  steps: [
    {
      id: 'value-type-rule',
      scope: 'call',
      source: 'map_create',
      text: 'btf_vmlinux_value_type_id is for struct_ops maps only, and not together with key and value ids of a program BTF',
      run({ attr }) {
        const own = attr.btf_key_type_id !== 0 || attr.btf_value_type_id !== 0;
        if (attr.btf_vmlinux_value_type_id !== 0)
          return must(attr.map_type === MAP_TYPE_STRUCT_OPS && !own, ERRNO.EINVAL);
        return must(attr.btf_key_type_id === 0 || attr.btf_value_type_id !== 0, ERRNO.EINVAL);
      },
    },
    {
      id: 'map-extra',
      scope: 'call',
      source: 'map_create',
      since: 'v6.1',
      text: 'map_extra is 0: only bloom filters and arenas have one',
      run: ({ attr }) => must(attr.map_extra === 0 || WITH_EXTRA.includes(attr.map_type), ERRNO.EINVAL),
    },
    {
      id: 'file-flags',
      scope: 'call',
      source: 'bpf_get_file_flag',
      text: 'not read-only and write-only at once',
      run: ({ attr }) =>
        must(!(has(attr.map_flags, MAP_FLAG.RDONLY) && has(attr.map_flags, MAP_FLAG.WRONLY)), ERRNO.EINVAL),
    },
    {
      id: 'numa-node',
      scope: 'call',
      source: 'map_create',
      text: 'a NUMA node, where one is asked for, exists',
      run: ({ attr }) => must(!has(attr.map_flags, MAP_FLAG.NUMA_NODE) || attr.numa_node === 0, ERRNO.EINVAL),
    },
    {
      id: 'map-type',
      scope: 'call',
      source: 'map_create',
      text: 'a map type that this kernel has, and this machine too',
      run(x) {
        const known = MAP_TYPES.get(x.attr.map_type);
        if (known?.since && !inProfile(known, x.k.profile)) return fail(ERRNO.EINVAL);
        x.kind = known ?? null;
        if (x.attr.map_type === MAP_TYPE_STRUCT_OPS || x.kind !== null) return next;
        return MAP_TYPE_NAMES.has(x.attr.map_type) ? absent(x.k, x.attr.map_type) : fail(ERRNO.EINVAL);
      },
    },
    {
      id: 'sizes',
      scope: 'call',
      source: 'map_alloc_check',
      text: 'sizes, entries and flags that this kind of map can have; struct_ops: key of 4 bytes, one entry, a value type',
      run({ k, attr, kind }) {
        if (kind) {
          const errno = kind.check(shapeOf(attr));
          return errno === 0 ? next : fail(errno);
        }
        return must(
          attr.key_size === 4 &&
            attr.max_entries === 1 &&
            (attr.map_flags & ~k.profile.mapFlags) === 0 &&
            attr.btf_vmlinux_value_type_id !== 0,
          ERRNO.EINVAL,
        );
      },
    },
    {
      id: 'ifindex',
      scope: 'call',
      source: 'map_create',
      text: 'no device: these maps cannot be offloaded',
      run: ({ attr }) => must(attr.map_ifindex === 0, ERRNO.EINVAL),
    },
    {
      id: 'token',
      scope: 'call',
      source: 'bpf_token_get_from_fd',
      since: 'v6.12',
      text: 'with BPF_F_TOKEN_FD, the fd is of a token (this machine has none)',
      run({ k, pid, attr }) {
        if (!has(attr.map_flags, MAP_FLAG.TOKEN_FD)) return next;
        return fail(objectOf(k, pid, attr.map_token_fd, 'btf') === -ERRNO.EBADF ? ERRNO.EBADF : ERRNO.EINVAL);
      },
    },
    {
      id: 'cap-bpf',
      scope: 'call',
      source: 'map_create',
      text: 'the caller has CAP_BPF (until 5.8 CAP_SYS_ADMIN)',
      run: ({ k, pid }) => must(capable(k, pid, k.profile.bpfCap), ERRNO.EPERM),
    },
    {
      id: 'module-btf',
      scope: 'call',
      source: 'bpf_struct_ops_map_alloc',
      since: 'v6.12',
      text: 'with BPF_F_VTYPE_BTF_OBJ_FD, the fd is of a module BTF (no module of this machine has a type)',
      run({ k, pid, attr, kind }) {
        if (kind || !has(attr.map_flags, MAP_FLAG.VTYPE_BTF_OBJ_FD)) return next;
        const btf = objectOf(k, pid, attr.value_type_btf_obj_fd, 'btf');
        return fail(btf < 0 ? -btf : ERRNO.EINVAL);
      },
    },
    {
      id: 'value-type',
      scope: 'call',
      source: 'bpf_struct_ops_find_value',
      text: 'the value type is the value struct of a registered struct_ops type',
      run(x) {
        if (x.kind) return next;
        x.type = x.k.types.find(({ valueId }) => valueId === x.attr.btf_vmlinux_value_type_id) ?? null;
        return must(x.type !== null, ERRNO.ENOTSUPP);
      },
    },
    {
      id: 'value-size',
      scope: 'call',
      source: 'bpf_struct_ops_map_alloc',
      text: 'value_size is the size of that struct',
      run: ({ kind, type, attr }) => must(kind !== null || attr.value_size === type?.valueSize, ERRNO.EINVAL),
    },
    {
      id: 'inner-map',
      scope: 'call',
      source: 'bpf_map_meta_alloc',
      text: 'a map of maps has an inner map as template: no map of maps, no struct_ops map and no prog array',
      run(x) {
        const { k, pid, attr } = x;
        if (heldBy(attr.map_type) !== 'map') return next;
        const object = objectOf(k, pid, attr.inner_map_fd, 'map');
        if (object < 0) return fail(-object);
        const map = entryOf(k.state.maps, object);
        const shape = innerShape(map, valueFields(k, map));
        if (typeof shape === 'number') return fail(shape);
        x.inner = shape;
        return next;
      },
    },
    {
      id: 'alloc',
      scope: 'call',
      source: 'map_alloc',
      text: 'memory, all zero: both copies of a struct_ops value, the elements of other maps',
      run(x) {
        if (x.kind) return must(allocPlain(x, x.kind), ERRNO.ENOMEM);
        if (!x.type || x.type.values.live + 2 > MAX_VALUES || !x.type.values.hasRoom(2)) return fail(ERRNO.ENOMEM);
        x.kvalue = x.type.values.alloc();
        x.uvalue = x.type.values.alloc();
        return next;
      },
      undo(x) {
        if (x.kind) {
          giveMemory(x.k, heapOf(x.attr.map_type, x.attr.map_flags), x.values, x.kind.bytes(shapeOf(x.attr)));
          x.k.mapSlab.free(x.address);
          return;
        }
        x.type?.values.free(x.uvalue);
        x.type?.values.free(x.kvalue);
      },
    },
    takeName('map', ({ attr }) => attr.map_name),
    {
      id: 'btf-fd',
      scope: 'call',
      source: 'map_create',
      text: 'btf_fd is of a program BTF (a struct_ops map needs one, although it uses none of its types); key and value types fit the sizes',
      run(x) {
        if (x.kind && x.attr.btf_key_type_id === 0 && x.attr.btf_value_type_id === 0) return next;
        const btf = objectOf(x.k, x.pid, x.attr.btf_fd, 'btf');
        if (btf < 0) return fail(-btf);
        x.btf = btf;
        if (entryOf(x.k.state.btfs, btf).kernel) return fail(ERRNO.EACCES);
        const errno = x.kind ? checkBtf(x.k, btf, x.attr) : 0;
        return errno === 0 ? next : fail(errno);
      },
    },
    {
      id: 'new-fd',
      scope: 'call',
      source: 'bpf_map_new_fd',
      text: 'the map gets an id and its creator an fd: state INIT',
      run(x) {
        const { k, attr } = x;
        const before = k.state;
        const object = allocObject(k);
        setMap(k, madeMap(x, object));
        if (x.btf !== 0) holdBtf(k, x.btf, 'map', object);
        if (x.address !== 0) k.memory.u32[x.address >>> 2] = object;
        const fd = newFd(k, x.pid, 'map', object, fileMode(attr.map_flags));
        if (fd >= 0) return done(fd);
        k.state = before;
        return fail(-fd);
      },
    },
  ],
};

function madeMap(x: MapCreate, object: number): MapObject {
  const { k, attr, kind, type, name, btf } = x;
  const common = {
    object,
    id: allocId(k, 'map'),
    name,
    type: attr.map_type,
    flags: attr.map_flags,
    keySize: attr.key_size,
    valueSize: attr.value_size,
    maxEntries: attr.max_entries,
    extra: attr.map_extra,
    btf,
    frozen: false,
    holders: [],
    freeing: null,
  };
  if (kind) {
    const { address, values, inner } = x;
    const heap = heapOf(attr.map_type, attr.map_flags);
    return {
      ...common,
      keyTypeId: attr.btf_key_type_id,
      ownValueTypeId: attr.btf_value_type_id,
      plain: { address, heap, values, bytes: kind.bytes(shapeOf(attr)), storage: {} },
      inner,
      owner: null,
    };
  }
  assert(type, 'a struct_ops map has a type');
  const { kvalue, uvalue } = x;
  return {
    ...common,
    keyTypeId: 0,
    ownValueTypeId: 0,
    plain: null,
    struct: type.name,
    valueTypeId: type.valueId,
    kvalue,
    uvalue,
    kdata: kvalue + type.dataOffset,
    progs: [],
    images: [],
    imageUsed: 0,
  };
}

function shapeOf(attr: MapCreate['attr']): MapShape {
  return {
    keySize: attr.key_size,
    valueSize: attr.value_size,
    maxEntries: attr.max_entries,
    flags: attr.map_flags,
    extra: attr.map_extra,
    keyTypeId: attr.btf_key_type_id,
    valueTypeId: attr.btf_value_type_id,
  };
}

function allocPlain(x: MapCreate, kind: MapType): boolean {
  const { k, attr } = x;
  if (k.mapSlab.live >= MAX_PLAIN || !k.mapSlab.hasRoom()) return false;
  const bytes = kind.bytes(shapeOf(attr));
  if (bytes > 0) x.values = takeMemory(k, heapOf(attr.map_type, attr.map_flags), bytes);
  if (bytes > 0 && x.values === 0) return false;
  x.address = k.mapSlab.alloc();
  return true;
}

export function fileMode(flags: number): 'r' | 'w' | 'rw' {
  if (has(flags, MAP_FLAG.RDONLY)) return 'r';
  return has(flags, MAP_FLAG.WRONLY) ? 'w' : 'rw';
}

export const mapCreate = command(table);
