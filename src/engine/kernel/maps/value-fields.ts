/* Key and value types given by a map's creator, as far as the kernel examines them. */
import { entryOf } from '../../base/assert.ts';
import type { Btf } from '../../btf/btf.ts';
import { openBtf } from '../../btf/read.ts';
import { mapFields, type MapField } from '../../verifier/index.ts';
import type { Core } from '../core.ts';
import { blob } from '../objects.ts';
import type { MapObject } from '../state.ts';

/** The BTF of an object number; null for 0. */
export function btfOf(k: Core, btf: number): Btf | null {
  if (btf === 0) return null;
  const opened = openBtf(blob(k, entryOf(k.state.btfs, btf).blob));
  return opened.ok ? opened.value : null;
}

/** Kernel objects in the map's value (map->record): spin locks, timers, kptrs; null: the value has no type. */
export function valueFields(k: Core, map: MapObject): readonly MapField[] | null {
  const btf = map.ownValueTypeId === 0 ? null : btfOf(k, map.btf);
  return btf && mapFields(btf, map.ownValueTypeId);
}
