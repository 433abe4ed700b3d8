/* What the inspector shows now: a type, its layout, and the address of an instance. */
import { useMemo } from 'react';
import type { Btf, BtfType, ColdSnapshot, Layout, MapSnapshot } from '../../engine/index.ts';
import { mapResolver, NO_VALUES, type Resolve } from '../../views/struct/fields.ts';
import { useKernel } from '../controls/use-kernel.ts';
import { subjectOf, type Subject } from '../panes/struct-subject.ts';
import { useChoices } from '../../page/store/choices.ts';
import { KERNEL, type Look, useInspect } from '../../page/store/inspect.ts';
import { useLab } from '../../page/store/lab.ts';
import { layoutOf } from '../../page/layouts.ts';
import { type Place, placesOf } from './places.ts';
import { useWhole } from './whole.ts';

export interface Shown {
  readonly source: string;
  readonly btf: Btf;
  /** the type, through typedefs */
  readonly type: BtfType;
  /** the name as requested */
  readonly name: string;
  readonly layout: Layout | null;
  /** `map B`; null: the machine has no instance of this type */
  readonly title: string | null;
  /** linear address of the bytes shown; 0: none */
  readonly address: number;
  /** number of its bytes that are shown */
  readonly length: number;
  readonly map: MapSnapshot | null;
  readonly read: Subject['read'];
  readonly resolve: Resolve;
  readonly places: readonly Place[];
}

export type Shows = Shown | { readonly waiting: string };

/** Most bytes of a struct shown as hex. */
const MOST_BYTES = 16_384;

const noBytes: Subject['read'] = () => null;

interface World {
  readonly btf: Btf;
  readonly cold: ColdSnapshot;
  readonly side: 'kvalue' | 'lookup';
}

function shownOf({ btf, cold, side }: World, look: Pick<Look, 'source' | 'id' | 'name' | 'address'>): Shown | null {
  const type = btf.type(btf.skipModifiers(look.id)) ?? btf.type(look.id);
  if (!type) return null;
  const places = look.source === KERNEL ? placesOf(btf, look.id, cold) : [];
  const here = look.address === 0 ? places[0] : places.find(({ address }) => address === look.address);
  const map = here?.map ?? null;
  const layout = layoutOf(btf, look.id);
  const own = look.address || here?.address || 0;
  const address = map && side === 'lookup' ? map.uvalue : own;
  const live = address > 0 && layout !== null;
  return {
    source: look.source,
    btf,
    type,
    name: look.name || '(no name)',
    layout,
    title: here?.title ?? (live ? `at …${address.toString(16)}` : null),
    address: live ? address : 0,
    length: Math.min(layout?.summary.size ?? 0, MOST_BYTES),
    map,
    read: here?.read ?? (live ? (frame, window) => frame.bytes(window) : noBytes),
    resolve: resolver(map ? mapResolver(map, side) : here?.opsOf && mapResolver(here.opsOf, 'kvalue'), live),
    places,
  };
}

const resolver = (known: Resolve | undefined, live: boolean): Resolve => known ?? (live ? () => null : NO_VALUES);

const lacksType = (btf: Btf, id: number): boolean => {
  const type = btf.type(btf.skipModifiers(id));
  return type === null || type.kind === 'FWD';
};

export function useShown(): Shows {
  const subset = useKernel();
  const kernel = useLab((state) => state.kernel);
  const cold = useLab((state) => state.cold);
  const selection = useChoices((state) => state.selection);
  const side = useChoices((state) => state.copy);
  const look = useInspect(({ trail }) => trail.at(-1) ?? null);
  const files = useInspect((state) => state.files);
  const isKernel = look === null || look.source === KERNEL;
  const needsWhole = subset !== null && isKernel && look !== null && lacksType(subset, look.id);
  const whole = useWhole(kernel, needsWhole);
  return useMemo(() => {
    if (!cold || !subset) return { waiting: 'Loading the types.' };
    if (look && !isKernel) {
      const file = files.find((one) => one.file === look.source);
      const shown = file && shownOf({ btf: file.btf, cold, side }, look);
      return shown ?? { waiting: `${look.source} has no such type any more.` };
    }
    if (look) {
      if (needsWhole && whole?.status === 'failed')
        return { waiting: `The types of ${kernel} could not be loaded: ${whole.message}` };
      const btf = needsWhole ? (whole?.status === 'here' ? whole.types.btf : null) : subset;
      if (!btf) return { waiting: `Loading all types of ${kernel}.` };
      return shownOf({ btf, cold, side }, look) ?? { waiting: `${kernel} has no such type.` };
    }
    const subject = subjectOf(cold, selection);
    if (!subject) return { waiting: 'No map yet: one is made when a loader asks for it. Search a type, or step on.' };
    const id = subset.find('STRUCT', subject.type);
    const address = subject.address;
    return (
      shownOf({ btf: subset, cold, side }, { source: KERNEL, id, name: subject.type, address }) ?? {
        waiting: `struct ${subject.type} is not among the types of ${kernel}.`,
      }
    );
  }, [cold, subset, look, isKernel, files, side, needsWhole, whole, kernel, selection]);
}
