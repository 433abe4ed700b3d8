/*
 * What the inspector shows: the selected map or socket, or a trail from there through pointers and names to other
 * types. Types of dropped files are here too.
 */
import { create } from 'zustand';
import type { Btf } from '../../engine/index.ts';
import { select, useChoices } from './choices.ts';

/** Name of the source "the lab's kernel"; other sources are named after their file. */
export const KERNEL = 'kernel';

export interface TypeRef {
  readonly source: string;
  readonly id: number;
  readonly kind: string;
  readonly name: string;
}

/** A type, and the address of an instance. */
export interface Look extends TypeRef {
  /** linear address; 0: the machine's first instance of this type, if any */
  readonly address: number;
  /** what led here: `icsk_ca_ops`, `search` */
  readonly via: string;
  /** field selected before, for going back */
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
  /** empty: the page's selection is shown */
  readonly trail: readonly Look[];
  readonly recent: readonly TypeRef[];
  readonly files: readonly DroppedTypes[];
  /** path of the field under the pointer in any of the views */
  readonly hovered: string | null;
  /** structs whose openness differs from the initial one, by the key of their row */
  readonly flipped: ReadonlySet<string>;
  readonly typeTab: TypeTab;
  readonly sideTab: SideTab;
  /** a search was requested: the box takes the focus when it appears */
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

/** Opens a type by its name, with a new trail. */
export const openType = (type: TypeRef): void =>
  go([{ ...refOf(type), address: 0, via: 'search', from: useChoices.getState().selection.field }], null);

/** Adds a step to the trail; `field` is then selected. */
export function follow(step: Omit<Look, 'from'>, field: string | null = null): void {
  go([...inspect().trail, { ...step, from: useChoices.getState().selection.field }], field);
}

/** Goes back to the nth place of the trail; 0: to the page's selection. */
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

/** Selecting another map or socket resets the trail, except while following it. */
let moving = false;
useChoices.subscribe((now, before) => {
  if (moving || inspect().trail.length === 0) return;
  const [a, b] = [now.selection, before.selection];
  if (a.map !== b.map || a.socket !== b.socket) setInspect({ trail: [], flipped: NONE, hovered: null });
});
