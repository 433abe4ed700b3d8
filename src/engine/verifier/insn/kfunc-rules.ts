/*
 * Rules of kernel functions that deal with objects of their own: what programs allocate, lists, trees, dynptrs, work queues.
 * No machine runs these functions, so the rules come with the engine's late part.
 */
import { EINVAL } from '../../base/errnos.ts';
import type { BtfType } from '../../btf/btf.ts';
import type { Session } from '../session.ts';
import type { Val } from '../types.ts';
import type { KfuncMeta } from './kfunc-meta.ts';
import type { SetCallee } from './set-callee.ts';

export interface Param {
  readonly name: string;
  readonly i: number;
  /** what the pointer is to, without modifiers */
  readonly target: BtfType | null;
}

export type Check = (env: Session, meta: KfuncMeta, n: number, param: Param) => void;

export interface KfuncRules {
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

let rules: KfuncRules | null = null;

export const registerKfuncRules = (known: KfuncRules): void => {
  rules = known;
};

/** Refuses as a machine does that has not the function. */
export const kfuncRules = (env: Session, name: string): KfuncRules =>
  rules ?? env.refuse(EINVAL, `kernel function ${name} is not in this machine`);

export const needsTrust = (check: Check): boolean => rules?.trusted.has(check) ?? false;

/** Whether the code that runs was called by a tree, whose lock must stay as it is. */
export const inTree = (env: Session): boolean => rules?.inTree(env) ?? false;
