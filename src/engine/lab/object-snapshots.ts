/* Makes snapshots of loaded object files for the page. */
import type { Kernel } from '../kernel/kernel.ts';
import { MAP_TYPES } from '../kernel/maps/types.ts';
import type { ObjectMapSnapshot, ObjectSnapshot } from './snapshot.ts';
import type { UserState } from './user-state.ts';

export function objectSnapshots(kernel: Kernel, { objects }: UserState): ObjectSnapshot[] {
  return objects.map(({ name, process, listing, maps, letters }) => ({
    name,
    process,
    listing,
    letters,
    maps: maps.flatMap(({ object, id, name: full }): ObjectMapSnapshot[] => {
      const map = kernel.state.maps[object];
      if (!map) return [];
      const { type, flags, keySize, valueSize, maxEntries, frozen } = map;
      return [{ id, name: full, type: MAP_TYPES.get(type)?.name ?? '', flags, keySize, valueSize, maxEntries, frozen }];
    }),
  }));
}
