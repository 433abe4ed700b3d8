/*
 * Frees a map after its last reference: bpf_map_put hands the map to a workqueue, whose work item waits for a grace
 * period of RCU (the programs' bodies run under rcu_read_lock) and of RCU-tasks (the trampolines' first and last
 * instructions do not) at the same time (synchronize_rcu_mult), then lets go of programs, image and values. Maps of
 * other kinds have no code, so one work item frees them (bpf_map_free_deferred).
 */
import { entryOf } from '../base/assert.ts';
import type { Core } from './core.ts';
import { GRACE_NS, type GraceClock } from './grace.ts';
import { putBtf, putProg, setMap, waitToFree } from './objects.ts';
import { withoutEntry } from './state.ts';
import { freePlain } from './maps/types.ts';
import { releaseImage } from './struct-ops/trampolines.ts';
import { structOpsType } from './struct-ops/types.ts';

/**
 * Advances the freeing of a map: the work item runs, then each grace period ends; after the last one the map is freed.
 */
export function freeTimer(k: Core, object: number): void {
  const { freeing } = k.state.maps[object] ?? {};
  if (!freeing) return;
  const over = (clock: GraceClock): boolean => freeing[clock] <= k.timers.now && !k.state.heldClocks.includes(clock);
  if (freeing.work !== 0) {
    if (!over('work')) return;
    const { now } = k.timers;
    if (k.profile.freeWaits && !entryOf(k.state.maps, object).plain)
      waitToFree(k, object, { work: 0, rcu: now + GRACE_NS.rcu, tasks: now + GRACE_NS.tasks });
    else freeMap(k, object);
    return;
  }
  const left = { work: 0, rcu: over('rcu') ? 0 : freeing.rcu, tasks: over('tasks') ? 0 : freeing.tasks };
  setMap(k, { ...entryOf(k.state.maps, object), freeing: left });
  if (left.rcu === 0 && left.tasks === 0) freeMap(k, object);
}

/** Holds a clock, or releases it: waits that came due meanwhile end at once. */
export function holdClock(k: Core, clock: GraceClock, held: boolean): void {
  const others = k.state.heldClocks.filter((one) => one !== clock);
  k.state = { ...k.state, heldClocks: held ? [...others, clock] : others };
  if (!held) settle(k);
}

/** Ends the current waits of one clock, held or not. */
export function endClock(k: Core, clock: GraceClock): void {
  const held = k.state.heldClocks;
  for (const { object, freeing } of Object.values(k.state.maps)) {
    if (!freeing || freeing[clock] === 0) continue;
    setMap(k, { ...entryOf(k.state.maps, object), freeing: { ...freeing, [clock]: k.timers.now } });
  }
  k.state = { ...k.state, heldClocks: held.filter((one) => one !== clock) };
  settle(k);
  k.state = { ...k.state, heldClocks: held };
}

function settle(k: Core): void {
  for (const { object, freeing } of Object.values(k.state.maps)) if (freeing) freeTimer(k, object);
}

/** bpf_struct_ops_map_free */
function freeMap(k: Core, object: number): void {
  const map = entryOf(k.state.maps, object);
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
