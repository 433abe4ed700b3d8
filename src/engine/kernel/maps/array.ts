/*
 * Arrays (kernel/bpf/arraymap.c): values one after the other, all present from the start. With one processor, a per-CPU
 * array is an ordinary array.
 */
import { u32At as u32 } from '../../base/bytes.ts';
import { ERRNO } from '../../base/errno.ts';
import { ACCESS_FLAGS, ELEM, flagsFit, MAP_TYPE, type MapShape, type MapType, stride } from './map-type.ts';
import { MAP_FLAG } from '../uapi.ts';
import type { MapObject } from '../state.ts';

const U32_MAX = 0xffff_ffff;
/** PCPU_MIN_UNIT_SIZE */
const MAX_PERCPU_VALUE = 32768;
const INT_MAX = 0x7fff_ffff;

const address = (map: MapObject, index: number): number =>
  index < map.maxEntries ? (map.plain?.values ?? 0) + index * stride(map.valueSize) : 0;

function check(shape: MapShape, flags: number, percpu: boolean): number {
  if (shape.maxEntries === 0 || shape.keySize !== 4 || shape.valueSize === 0) return ERRNO.EINVAL;
  if (!flagsFit(shape, flags)) return ERRNO.EINVAL;
  return shape.valueSize > (percpu ? MAX_PERCPU_VALUE : INT_MAX) ? ERRNO.E2BIG : 0;
}

function array(number: number, name: string, flags: number, direct: boolean): MapType {
  return {
    number,
    name,
    percpu: number === MAP_TYPE.PERCPU_ARRAY,
    direct,
    check: (shape) => check(shape, flags, number === MAP_TYPE.PERCPU_ARRAY),
    checkSource: 'array_map_alloc_check',
    bytes: ({ maxEntries, valueSize }) => maxEntries * stride(valueSize),
    keyed: 'always',
    lookup: (_k, map, key, at) => address(map, u32(key, at)),
    update(k, map, key, at, value, valueAt, flag) {
      if (flag > ELEM.EXIST) return -ERRNO.EINVAL;
      const place = address(map, u32(key, at));
      if (place === 0) return -ERRNO.E2BIG;
      if (flag === ELEM.NOEXIST) return -ERRNO.EEXIST;
      k.memory.u8.set(value.subarray(valueAt, valueAt + map.valueSize), place);
      return 0;
    },
    remove: () => -ERRNO.EINVAL,
    nextKey(_k, map, key) {
      const index = key ? u32(key, 0) : U32_MAX;
      if (index === map.maxEntries - 1) return -ERRNO.ENOENT;
      return new Uint8Array(Uint32Array.of(index >= map.maxEntries ? 0 : index + 1).buffer);
    },
  };
}

export const arrayMap = array(
  MAP_TYPE.ARRAY,
  'array',
  MAP_FLAG.NUMA_NODE | MAP_FLAG.MMAPABLE | MAP_FLAG.INNER_MAP | ACCESS_FLAGS,
  true,
);
export const percpuArrayMap = array(MAP_TYPE.PERCPU_ARRAY, 'percpu_array', ACCESS_FLAGS, false);

/** Slots for perf events. This machine has none, so user space has no fd to store. */
export const perfEventArrayMap: MapType = {
  ...percpuArrayMap,
  number: MAP_TYPE.PERF_EVENT_ARRAY,
  name: 'perf_event_array',
  percpu: false,
  check: (shape) =>
    shape.valueSize === 4 ? check(shape, MAP_FLAG.PRESERVE_ELEMS | ACCESS_FLAGS, false) : ERRNO.EINVAL,
  checkSource: 'fd_array_map_alloc_check',
  keyed: 'never',
  lookup: () => 0,
  update: () => -ERRNO.EBADF,
  remove: () => -ERRNO.ENOENT,
};

const NO_WAYS = MAP_FLAG.RDONLY_PROG | MAP_FLAG.WRONLY_PROG;

/** Arrays of maps or programs: a slot holds an object's number (slots.ts). */
function held(number: number, name: string): MapType {
  return {
    ...array(number, name, ACCESS_FLAGS, false),
    check: (shape) =>
      shape.valueSize === 4 && (shape.flags & NO_WAYS) === 0
        ? check(shape, MAP_FLAG.NUMA_NODE | ACCESS_FLAGS, false)
        : ERRNO.EINVAL,
    checkSource: 'fd_array_map_alloc_check',
    checkUpdate(map, key, flags) {
      if (flags !== ELEM.ANY) return -ERRNO.EINVAL;
      return u32(key, 0) >= map.maxEntries ? -ERRNO.E2BIG : 0;
    },
    remove(k, map, key, at) {
      const place = address(map, u32(key, at));
      if (place === 0) return -ERRNO.E2BIG;
      k.memory.u32[place >>> 2] = 0;
      return 0;
    },
  };
}

export const progArrayMap = held(MAP_TYPE.PROG_ARRAY, 'prog_array');
export const arrayOfMapsMap = held(MAP_TYPE.ARRAY_OF_MAPS, 'array_of_maps');
