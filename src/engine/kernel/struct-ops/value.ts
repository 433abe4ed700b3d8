/* The value of a struct_ops map, which is stored in the memory only. */
import type { Core } from '../core.ts';
import { type StructOpsMap, shownRefcnt } from '../state.ts';
import { STATE } from '../uapi.ts';
import { structOpsType } from './types.ts';

/** kvalue.common.state */
export function mapState(k: Core, map: StructOpsMap): number {
  return k.memory.word(map.kvalue + structOpsType(k, map.struct).stateOffset);
}

export function setMapState(k: Core, map: StructOpsMap, state: number): void {
  k.memory.u32[(map.kvalue + structOpsType(k, map.struct).stateOffset) >>> 2] = state;
}

/**
 * bpf_struct_ops_map_sys_lookup_elem: zeros in INIT; afterwards the value from user space with the present state and
 * count.
 */
export function lookupValue(k: Core, map: StructOpsMap): Uint8Array {
  const state = mapState(k, map);
  if (state === STATE.INIT) return new Uint8Array(map.valueSize);
  const type = structOpsType(k, map.struct);
  const bytes = k.memory.u8.slice(map.uvalue, map.uvalue + map.valueSize);
  const view = new DataView(bytes.buffer);
  view.setUint32(type.stateOffset, state, true);
  view.setUint32(type.refcntOffset, shownRefcnt(map), true);
  return bytes;
}
