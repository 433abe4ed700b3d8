/*
 * Rules of functions that deal with objects of their own: what programs allocate, lists, trees, dynptrs, work queues, pointers
 * that are kept in maps. No machine runs these functions, so the rules come with the engine's late part.
 */
import { EINVAL } from '../../base/errnos.ts';
import type { Btf, BtfType } from '../../btf/btf.ts';
import type { Session } from '../session.ts';
import type { Val } from '../types.ts';
import type { MapField } from '../environment.ts';
import type { CallMeta } from './call-meta.ts';
import type { KfuncMeta } from './kfunc-meta.ts';
import type { SetCallee } from './set-callee.ts';

export interface Param {
  readonly name: string;
  readonly i: number;
  /** what the pointer is to, without modifiers */
  readonly target: BtfType | null;
}

export type Check = (env: Session, meta: KfuncMeta, n: number, param: Param) => void;

export interface DynptrUse {
  /** it is made here: its slots hold none, or one that needs not be given back */
  readonly made: boolean;
  /** it is not changed, so that a pointer to a constant one will do */
  readonly readOnly: boolean;
  /** local, ringbuf, skb, xdp; empty: any */
  readonly kind: string;
  /** reference of the one that it is a copy of; 0: of its own */
  readonly shares: number;
}

export interface ObjectRules {
  /** checks that a register points to a dynptr as a call wants it, or makes one */
  readonly processDynptr: (env: Session, n: number, use: DynptrUse) => void;
  /** the dynptr that a register leads to; null: there is none */
  readonly dynptrAt: (env: Session, v: Val) => Val | null;
  /** an argument that gives a dynptr's memory back */
  readonly checkDynptrRelease: (env: Session, n: number) => void;
  readonly releaseDynptr: (env: Session, v: Val) => void;
  /** an access of a place with a kptr in it: as a whole, and at a known place */
  readonly checkKptrPlace: (env: Session, v: Val, field: MapField, off: number, size: number) => void;
  /** a store to one, or what it is loaded with: the value, or null */
  readonly accessKptr: (env: Session, field: MapField, n: number) => Val | null;
  /** fields of a struct that the program has allocated */
  readonly structFields: (btf: Btf, id: number) => readonly MapField[];
  /** the place that bpf_kptr_xchg is given, and what is put there */
  readonly checkKptrPointer: (env: Session, n: number, meta: CallMeta) => void;
  readonly checkExchanged: (env: Session, n: number, meta: CallMeta) => void;
  /** the reference of what is put there is the map's; false: it is none */
  readonly releaseExchanged: (env: Session, id: number) => boolean;
  /** what comes out */
  readonly exchangedValue: (env: Session, field: MapField) => Val;
  /** by the end of the parameter's name, or by what it points to */
  readonly argument: (name: string, target: BtfType | null) => Check | undefined;
  /** arguments that have to be trusted where the function asks for it */
  readonly trusted: ReadonlySet<Check>;
  readonly result: (env: Session, meta: KfuncMeta) => Val;
  /** calls the tree's function that compares two elements */
  readonly compare: (meta: KfuncMeta) => SetCallee;
  /** a pointer without a reference of its own */
  readonly borrowed: (v: Val) => Val;
  /** what a register leads to belongs to a list or tree from now on */
  readonly giveAway: (env: Session, n: number) => void;
  /** the code that runs was called by a tree */
  readonly inTree: (env: Session) => boolean;
}

let rules: ObjectRules | null = null;

export const registerObjectRules = (known: ObjectRules): void => {
  rules = known;
};

/** Refuses as a machine does that has not the function; `what`: its kind and name. */
export const objectRules = (env: Session, what: string): ObjectRules =>
  rules ?? env.refuse(EINVAL, `${what} is not in this machine`);

const NONE: readonly MapField[] = [];
/** Without the rules no program has allocated any. */
export const structFields: ObjectRules['structFields'] = (btf, id) => rules?.structFields(btf, id) ?? NONE;

export const needsTrust = (check: Check): boolean => rules?.trusted.has(check) ?? false;

/** Whether the code that runs was called by a tree, whose lock must stay as it is. */
export const inTree = (env: Session): boolean => rules?.inTree(env) ?? false;
