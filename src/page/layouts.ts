/* Caches layouts by type, because several panes draw the same one. */
import { type Btf, type Layout, structLayout } from '../engine/index.ts';

const known = new WeakMap<Btf, Map<number, Layout | null>>();

/** Layout of a struct or union, through typedefs; null for other types. */
export function layoutOf(btf: Btf, id: number): Layout | null {
  const layouts = known.get(btf) ?? new Map<number, Layout | null>();
  known.set(btf, layouts);
  const target = btf.skipModifiers(id);
  const made = layouts.get(target);
  if (made !== undefined) return made;
  const layout = structLayout(btf, target);
  layouts.set(target, layout);
  return layout;
}
