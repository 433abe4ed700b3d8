/* Runs the same scenario and commands on another kernel, up to the same time. */
import type { CallRecord, Transition } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface CompareRequest {
  /** name of a KernelSpec; `btf` and `ids` are the files that it names */
  readonly kernel: string;
  readonly btf: ArrayBuffer;
  readonly ids: ArrayBuffer;
}

export interface OtherRun {
  readonly kernel: string;
  readonly calls: readonly CallRecord[];
  readonly transitions: readonly Transition[];
}

/** The answer is null when that kernel could not be started; a notice says why. */
export const compare = question<CompareRequest, OtherRun | null>();
