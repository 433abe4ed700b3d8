/* State from the engine that changes rarely. Numbers of a frame are in src/page/frame-source.ts. */
import { create } from 'zustand';
import {
  type ColdSnapshot,
  type CpuSnapshot,
  DEFAULT_KERNEL,
  type History,
  type Scenario,
  type TracedLine,
} from '../../engine/index.ts';
import type { Notice } from '../../protocol/messages.ts';
import { type Answers, noAnswers } from '../engine/answers.ts';

export interface ShownNotice extends Notice {
  /** not about a run, so it stays when another run begins */
  readonly lasting?: boolean;
  /** tries once more what failed */
  readonly again?: () => void;
  /** counts up; the key of its bar */
  readonly n: number;
}

/** `asking`: the engine has been silent for half a second. */
type Phase = 'starting' | 'ready' | 'asking' | 'crashed';

export interface LabState {
  readonly phase: Phase;
  readonly crash: string | null;
  /** the running long job; progress is 0 to 1, null when unknown */
  readonly job: { readonly name: string; readonly progress: number | null } | null;
  readonly scenario: Scenario | null;
  /** the kernel that the lab runs or is about to run */
  readonly kernel: string;
  readonly cold: ColdSnapshot | null;
  readonly history: History | null;
  readonly cpu: CpuSnapshot | null;
  readonly playing: boolean;
  /** answers about the run */
  readonly answers: Answers;
  /** the machine's program texts, by name */
  readonly loaded: Readonly<Record<string, string>>;
  readonly notices: readonly ShownNotice[];
  /** texts with which the engine stopped answering */
  readonly hung: ReadonlySet<string>;
  /** lines printed by tracepoints */
  readonly traced: { readonly lines: readonly TracedLine[]; readonly left: number };
}

export const useLab = create<LabState>(() => ({
  phase: 'starting',
  crash: null,
  job: null,
  scenario: null,
  kernel: DEFAULT_KERNEL,
  cold: null,
  history: null,
  cpu: null,
  playing: false,
  answers: noAnswers(0),
  loaded: {},
  hung: new Set(),
  notices: [],
  traced: { lines: [], left: 0 },
}));

export const lab = (): LabState => useLab.getState();

export const told = (change: Partial<LabState>): void => useLab.setState(change);

const MOST_NOTICES = 3;
let count = 0;

/** A text with each word of more than 300 letters, such as a path, shortened in its middle. */
const brief = (text: string): string => text.replace(/(\S{99})\S{99,}(\S{99})/g, '$1…$2');

/** Shows a notice; an equal one is removed first. */
export function notify(given: Notice & Pick<ShownNotice, 'lasting' | 'again'>): void {
  const notice = { ...given, title: brief(given.title), detail: brief(given.detail) };
  count++;
  const others = lab().notices.filter(({ title, detail }) => title !== notice.title || detail !== notice.detail);
  told({ notices: [...others, { ...notice, n: count }].slice(-MOST_NOTICES) });
}

export const dismiss = (n: number): void => told({ notices: lab().notices.filter((notice) => notice.n !== n) });

/** Notices that stay when another run begins. */
export const lastingNotices = (): readonly ShownNotice[] => lab().notices.filter(({ lasting }) => lasting);
