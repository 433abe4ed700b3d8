/*
 * From the last reference to the memory: bpf_map_put hands the map to a workqueue, whose work item waits for a grace
 * period of RCU (the programs' bodies run under rcu_read_lock) and of RCU-tasks (the trampolines' first and last
 * instructions do not) at the same time (synchronize_rcu_mult), then lets go of programs, image and values. Maps of
 * other kinds have no code: theirs is one work item (bpf_map_free_deferred).
 */
import type { Core } from './core.ts';
import { RCU_NS, RCU_TASKS_NS } from './grace.ts';
import { putBtf, putProg, setMap } from './objects.ts';
import { withoutEntry } from './state.ts';
import { freePlain } from './maps/types.ts';
import { releaseImage } from './struct-ops/trampolines.ts';
import { structOpsType } from './struct-ops/types.ts';

/** The timer of a map on its way out: the work item runs, then each grace period ends, and with the last the map goes. */
export function freeTimer(k: Core, object: number): void {
  const map = k.state.maps[object];
  const { now } = k.timers;
  if (!map?.freeing) return;
  const { workAt, rcuAt, tasksAt } = map.freeing;
  if (!k.profile.freeWaits || map.plain) {
    freeMap(k, object);
    return;
  }
  if (workAt !== 0) {
    const freeing = { workAt: 0, rcuAt: now + RCU_NS, tasksAt: now + RCU_TASKS_NS };
    setMap(k, { ...map, freeing });
    k.timers.schedule(freeing.rcuAt, k.freeTimer, object);
    k.timers.schedule(freeing.tasksAt, k.freeTimer, object);
    return;
  }
  const left = { workAt: 0, rcuAt: rcuAt > now ? rcuAt : 0, tasksAt: tasksAt > now ? tasksAt : 0 };
  setMap(k, { ...map, freeing: left });
  if (left.rcuAt === 0 && left.tasksAt === 0) freeMap(k, object);
}

/** bpf_struct_ops_map_free */
function freeMap(k: Core, object: number): void {
  const map = k.state.maps[object];
  if (map.plain) {
    freePlain(k, map);
    if (map.btf !== 0) putBtf(k, map.btf, 'map', object);
    return;
  }
  releaseImage(k, map);
  const type = structOpsType(k, map.struct);
  type.values.free(map.uvalue);
  type.values.free(map.kvalue);
  k.state = { ...k.state, maps: withoutEntry(k.state.maps, object) };
  for (const { prog } of map.progs) putProg(k, prog, 'map', object);
  putBtf(k, map.btf, 'map', object);
}
