/*
 * What the inspector looks at: the selected map or socket, or a way that leads from there over pointers and names to
 * other types. Types of files that were dropped live here too; what a kernel has is src/ui/inspect/types.ts.
 */
import { create } from 'zustand';
import type { Btf } from '../../engine/index.ts';
import { select, useChoices } from './choices.ts';

/** The types of the lab's kernel; other sources are named as their file. */
export const KERNEL = 'kernel';

export interface TypeRef {
  readonly source: string;
  readonly id: number;
  readonly kind: string;
  readonly name: string;
}

/** A type, and where one of it lies in the machine. */
export interface Look extends TypeRef {
  /** linear address; 0: the first that the machine has of this type, if any */
  readonly address: number;
  /** what led here: `icsk_ca_ops`, `search` */
  readonly via: string;
  /** field that was selected before, for the way back */
  readonly from: string | null;
}

export interface DroppedTypes {
  readonly file: string;
  readonly btf: Btf;
}

export const TYPE_TABS = ['c', 'tree', 'raw', 'compare'] as const;
export type TypeTab = (typeof TYPE_TABS)[number];
export type SideTab = 'trampoline' | 'accesses' | 'code';

interface InspectState {
  /** empty: what is selected */
  readonly trail: readonly Look[];
  readonly recent: readonly TypeRef[];
  readonly files: readonly DroppedTypes[];
  /** path of the field that is pointed at in any of the views */
  readonly hovered: string | null;
  /** structs that are not as they open at first, by the key of their row */
  readonly flipped: ReadonlySet<string>;
  readonly typeTab: TypeTab;
  readonly sideTab: SideTab;
  /** somebody wants to search: the box takes the focus as soon as it is there */
  readonly searching: boolean;
}

const NONE: ReadonlySet<string> = new Set();
const MOST_RECENT = 12;

export const useInspect = create<InspectState>(() => ({
  trail: [],
  recent: [],
  files: [],
  hovered: null,
  flipped: NONE,
  typeTab: 'c',
  sideTab: 'trampoline',
  searching: false,
}));

export const inspect = (): InspectState => useInspect.getState();
export const setInspect = (change: Partial<InspectState>): void => useInspect.setState(change);

const sameType = (a: TypeRef, b: TypeRef): boolean => a.source === b.source && a.id === b.id;

function go(trail: readonly Look[], field: string | null): void {
  const { trail: before, recent } = inspect();
  const last = trail.at(-1);
  const changed = last !== before.at(-1);
  setInspect({
    trail,
    hovered: null,
    ...(changed ? { flipped: NONE } : {}),
    ...(last ? { recent: [refOf(last), ...recent.filter((one) => !sameType(one, last))].slice(0, MOST_RECENT) } : {}),
  });
  moving = true;
  select({ field });
  moving = false;
}

const refOf = ({ source, id, kind, name }: TypeRef): TypeRef => ({ source, id, kind, name });

/** A type by its name: the way begins anew. */
export const openType = (type: TypeRef): void =>
  go([{ ...refOf(type), address: 0, via: 'search', from: useChoices.getState().selection.field }], null);

/** One step on; `field` is then selected there. */
export function follow(step: Omit<Look, 'from'>, field: string | null = null): void {
  go([...inspect().trail, { ...step, from: useChoices.getState().selection.field }], field);
}

/** Back to the nth place of the way; 0: to what is selected. */
export function backTo(n: number): void {
  const { trail } = inspect();
  const place = trail[n];
  if (place) go(trail.slice(0, n), place.from);
}

export function flip(key: string): void {
  const flipped = new Set(inspect().flipped);
  if (!flipped.delete(key)) flipped.add(key);
  setInspect({ flipped });
}

export function addFile({ file, btf }: DroppedTypes): void {
  setInspect({ files: [...inspect().files.filter((one) => one.file !== file), { file, btf }] });
}

/** Whoever selects another map or socket wants to see that one. */
let moving = false;
useChoices.subscribe((now, before) => {
  if (moving || inspect().trail.length === 0) return;
  const [a, b] = [now.selection, before.selection];
  if (a.map !== b.map || a.socket !== b.socket) setInspect({ trail: [], flipped: NONE, hovered: null });
});
