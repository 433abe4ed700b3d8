import { entryOf } from '../../engine/index.ts';
import { move } from '../engine/engine.ts';
import { currentFrame } from '../frame-source.ts';
import { choices, choose, SPEEDS } from '../store/choices.ts';
import { lab } from '../store/lab.ts';
import { taking } from './args.ts';
import type { PageCommand } from './command.ts';

const runs = (): boolean => lab().cold !== null && lab().phase !== 'crashed';
const inProgram = (): boolean => lab().cpu !== null;

const littleEndian = (value: bigint, length: number): number[] =>
  Array.from({ length }, (_, i) => Number((value >> BigInt(i * 8)) & 255n));

/** Low and high word of a 64-bit value. */
const words = (value: bigint): [number, number] => [Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn)];

const ends = (): { start: number; end: number } => ({ start: 0, end: lab().history?.until ?? 0 });

/** Time of a recorded event; null when nothing was recorded for it. */
function timeOfEvent(event: number): number | null {
  const history = lab().history;
  if (!history) return null;
  const { calls, transitions, refs, captions, notes } = history;
  return [...calls, ...transitions, ...refs, ...captions, ...notes].find((one) => one.event === event)?.time ?? null;
}

function seekEvent(event: number): void {
  const time = timeOfEvent(event);
  if (time !== null) move({ type: 'seek', time });
}

function play(): void {
  if (lab().playing) move({ type: 'pause' });
  else move({ type: 'play', speed: choices().speed });
}

/** Step and Back undo each other: both move by the same unit. */
function stepBy(direction: 1 | -1): void {
  move({ type: choices().grain === 'event' ? 'step-event' : 'step-instruction', direction });
}

export function chooseSpeed(speed: number): void {
  choose({ speed });
  if (lab().playing) move({ type: 'play', speed });
}

function changeSpeed(by: 1 | -1): void {
  const at = SPEEDS.findIndex((speed) => speed >= choices().speed);
  chooseSpeed(entryOf(SPEEDS, Math.min(SPEEDS.length - 1, Math.max(0, at + by))));
}

export const TIME_COMMANDS: readonly PageCommand[] = [
  { id: 'time.play', title: 'Play or pause', group: 'Time', keys: ['F5', 'Space'], when: runs, run: play },
  {
    id: 'time.step',
    title: 'Step: the next event or instruction, whichever is chosen',
    group: 'Time',
    keys: ['F10'],
    when: runs,
    run: () => stepBy(1),
  },
  {
    id: 'time.back',
    title: 'Back: the previous event or instruction, whichever is chosen',
    group: 'Time',
    keys: ['Shift+F10'],
    when: runs,
    run: () => stepBy(-1),
  },
  {
    id: 'time.grain',
    title: 'Step and Back by event, or by instruction',
    group: 'Time',
    keys: ['B'],
    run: () => choose({ grain: choices().grain === 'event' ? 'instruction' : 'event' }),
  },
  {
    id: 'time.step-over',
    title: 'Step over: the next instruction of this function',
    group: 'Time',
    keys: ['O'],
    when: inProgram,
    run: () => move({ type: 'step-over' }),
  },
  {
    id: 'time.step-out',
    title: 'Step out: to the caller of this function, or out of the program',
    group: 'Time',
    keys: ['Ctrl+F11'],
    when: inProgram,
    run: () => move({ type: 'step-out' }),
  },
  taking('ask.register', {
    title: 'What wrote a register last, or when it became a value',
    group: 'Time',
    hidden: true,
    when: inProgram,
    run: ({ register, value }) =>
      move(
        value === undefined
          ? { type: 'who-wrote-register', register: register }
          : { type: 'when-register', register: register, value: words(BigInt(value)) },
      ),
  }),
  taking('ask.bytes', {
    title: 'What wrote bytes last, or when they became a value',
    group: 'Time',
    hidden: true,
    when: runs,
    run: ({ address, length, value }) =>
      move({
        type: 'who-wrote',
        window: { address, length },
        value: value === undefined ? null : littleEndian(BigInt(value), length),
      }),
  }),
  {
    id: 'time.step-into',
    title: 'Step into: the next instruction of a BPF program',
    group: 'Time',
    keys: ['F11'],
    when: runs,
    run: () => move({ type: 'step-instruction', direction: 1 }),
  },
  {
    id: 'time.back-into',
    title: 'The previous instruction of a BPF program',
    group: 'Time',
    keys: ['Shift+F11'],
    when: runs,
    run: () => move({ type: 'step-instruction', direction: -1 }),
  },
  {
    id: 'time.next-event',
    title: 'Next event',
    group: 'Time',
    keys: [']'],
    when: runs,
    run: () => move({ type: 'step-event', direction: 1 }),
  },
  {
    id: 'time.previous-event',
    title: 'Previous event',
    group: 'Time',
    keys: ['['],
    when: runs,
    run: () => move({ type: 'step-event', direction: -1 }),
  },
  {
    id: 'time.next-state',
    title: 'Next state: a map changes its state or its references',
    group: 'Time',
    keys: ['N'],
    when: runs,
    run: () => {
      choose({ hinted: true });
      move({ type: 'step-state', direction: 1 });
    },
  },
  {
    id: 'time.previous-state',
    title: 'Previous state',
    group: 'Time',
    keys: ['Shift+N'],
    when: runs,
    run: () => move({ type: 'step-state', direction: -1 }),
  },
  {
    id: 'time.next-call',
    title: 'Next system call or caption',
    group: 'Time',
    keys: ['.'],
    when: runs,
    run: () => move({ type: 'step-call', direction: 1 }),
  },
  {
    id: 'time.previous-call',
    title: 'Previous system call or caption',
    group: 'Time',
    keys: [','],
    when: runs,
    run: () => move({ type: 'step-call', direction: -1 }),
  },
  {
    id: 'time.reverse',
    title: 'Back to where a break was last met',
    group: 'Time',
    keys: ['Shift+F5'],
    when: runs,
    run: () => move({ type: 'reverse' }),
  },
  {
    id: 'time.start',
    title: 'To the start',
    group: 'Time',
    keys: ['Home'],
    when: runs,
    run: () => move({ type: 'seek', time: ends().start }),
  },
  {
    id: 'time.end',
    title: 'To the end of what is known',
    group: 'Time',
    keys: ['End'],
    when: runs,
    run: () => move({ type: 'seek', time: ends().end }),
  },
  { id: 'time.faster', title: 'Faster', group: 'Time', keys: ['+'], run: () => changeSpeed(1) },
  { id: 'time.slower', title: 'Slower', group: 'Time', keys: ['-'], run: () => changeSpeed(-1) },
  taking('time.event', {
    title: 'To an event',
    group: 'Time',
    hidden: true,
    when: runs,
    run: ({ event }) => seekEvent(event),
  }),
  taking('time.moment', {
    title: 'To an event whose time is known',
    group: 'Time',
    hidden: true,
    when: runs,
    run: ({ time, event }) => move({ type: 'seek', time, event }),
  }),
  taking('time.seek', {
    title: 'To a time',
    group: 'Time',
    hidden: true,
    when: runs,
    run: ({ time }) => move({ type: 'seek', time }),
  }),
  taking('time.seek-by', {
    title: 'By a span of time',
    group: 'Time',
    hidden: true,
    when: runs,
    run: ({ by }) => move({ type: 'seek', time: Math.max(0, Math.min(ends().end, currentFrame().hot.time + by)) }),
  }),
];
