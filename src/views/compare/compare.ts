/* Compares one run on two kernels: calls of the same time side by side, and those with different answers. */
import { commonRows } from '../common-rows.ts';
import type { CallRecord, LifecycleState, Profile, Transition } from '../../engine/index.ts';

export interface SideOfCall {
  /** `BPF_MAP_CREATE` */
  readonly name: string;
  readonly text: string;
  /** `0`, `EEXIST`; a new fd is `ok` */
  readonly answer: string;
  /** check that refused it; null when none did */
  readonly step: string | null;
  readonly message: string | null;
}

export interface ComparedCall {
  /** ns */
  readonly time: number;
  readonly process: string;
  readonly left: SideOfCall | null;
  readonly right: SideOfCall | null;
  readonly differs: boolean;
}

type ErrnoName = (errno: number) => string;

const keyOf = (call: CallRecord): string => `${call.process} ${call.name}`;

const sideOf = (call: CallRecord, errno: ErrnoName): SideOfCall => {
  const { name, text, ret, trace, message } = call;
  return {
    name,
    text,
    answer: ret < 0 ? errno(-ret) : 'ok',
    step: ret < 0 ? (trace.at(-1)?.step ?? null) : null,
    message: ret < 0 ? message : null,
  };
};

type Pair = readonly [CallRecord | null, CallRecord | null];

/** The calls of both sides in order, as pairs; a call without a partner is alone. */
function align(left: readonly CallRecord[], right: readonly CallRecord[]): Pair[] {
  const fellows = commonRows(left.map(keyOf), right.map(keyOf));
  const pairs: Pair[] = [];
  let next = 0;
  const rightUpTo = (end: number): void => {
    for (const other of right.slice(next, end)) pairs.push([null, other]);
  };
  for (const [i, one] of left.entries()) {
    const fellow = fellows[i] ?? null;
    if (fellow !== null) rightUpTo(fellow);
    pairs.push([one, fellow === null ? null : (right[fellow] ?? null)]);
    if (fellow !== null) next = fellow + 1;
  }
  rightUpTo(right.length);
  return pairs;
}

export function compareCalls(
  left: readonly CallRecord[],
  right: readonly CallRecord[],
  errno: ErrnoName,
): ComparedCall[] {
  const times = [...new Set([...left, ...right].map(({ time }) => time))].sort((a, b) => a - b);
  return times.flatMap((time) => {
    const at = (calls: readonly CallRecord[]): CallRecord[] => calls.filter((call) => call.time === time);
    return align(at(left), at(right)).map(([a, b]): ComparedCall => {
      const one = a && sideOf(a, errno);
      const other = b && sideOf(b, errno);
      return {
        time,
        process: (a ?? b)?.process ?? '',
        left: one,
        right: other,
        differs: one?.answer !== other?.answer || one?.step !== other?.step,
      };
    });
  });
}

export interface ComparedStates {
  readonly map: string;
  readonly left: readonly LifecycleState[];
  readonly right: readonly LifecycleState[];
}

/** The states that each map went through, one list per kernel. */
export function compareStates(left: readonly Transition[], right: readonly Transition[]): ComparedStates[] {
  const letters = [...new Set([...left, ...right].map(({ map }) => map))].sort();
  const states = (all: readonly Transition[], map: string): LifecycleState[] =>
    all.filter((one) => one.map === map).map(({ to }) => to);
  return letters.map((map) => ({ map, left: states(left, map), right: states(right, map) }));
}

interface ProfileFact {
  readonly what: string;
  readonly value: (profile: Profile) => string;
}

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

const FACTS: readonly ProfileFact[] = [
  { what: 'links of struct_ops maps', value: ({ links }) => yesNo(links) },
  { what: 'the count lies', value: ({ countInValue }) => (countInValue ? 'in the value' : 'in the map') },
  {
    what: 'a freed map waits',
    value: ({ freeWaits }) => (freeWaits ? 'for RCU and RCU-tasks' : 'for no grace period'),
  },
  {
    what: 'a taken name is refused',
    value: ({ refusesNameEarly }) => (refusesNameEarly ? 'by init_member' : 'by reg'),
  },
  { what: 'creating a map takes', value: ({ bpfCap }) => bpfCap },
  { what: 'bytes of union bpf_attr', value: ({ attrBytes }) => String(attrBytes) },
  { what: 'map_flags of a struct_ops map', value: ({ mapFlags }) => `0x${mapFlags.toString(16)}` },
  { what: 'pages of trampolines, at most', value: ({ trampoline }) => String(trampoline.maxPages) },
  { what: 'argument registers, at most', value: ({ trampoline }) => String(trampoline.maxArgs) },
  { what: 'what a program returns', value: ({ trampoline }) => (trampoline.plain ? 'is lost' : 'is delivered') },
  { what: 'trampolines in kallsyms', value: ({ trampoline }) => yesNo(trampoline.ksyms) },
];

/** Differences of two kernels that concern struct_ops. */
export function compareProfiles(left: Profile, right: Profile): { what: string; left: string; right: string }[] {
  return FACTS.map(({ what, value }) => ({ what, left: value(left), right: value(right) })).filter(
    (fact) => fact.left !== fact.right,
  );
}
