/*
 * Explains a trampoline: its instructions in four groups, with notes, and the stages of a call through it. Groups are
 * found by the three calls that every trampoline makes, so this works for any prototype.
 */
export interface CodeLine {
  readonly offset: number;
  readonly text: string;
}

export type GroupId = 'frame' | 'enter' | 'call' | 'exit';

export interface NotedLine extends CodeLine {
  readonly note: string;
}

export interface CodeGroup {
  readonly id: GroupId;
  readonly title: string;
  readonly lines: readonly NotedLine[];
}

const TITLES: Readonly<Record<GroupId, string>> = {
  frame: 'Frame and saved arguments',
  enter: 'Enter',
  call: 'Call',
  exit: 'Exit and return',
};
const IDS: readonly GroupId[] = ['frame', 'enter', 'call', 'exit'];

const ARGUMENTS = ['rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9'];

/** First line of the instructions that prepare a call by loading constants and addresses. */
function leadOf(code: readonly CodeLine[], call: number, after: number): number {
  let at = call;
  const textAt = (line: number): string => code[line]?.text ?? '';
  while (
    at - 1 > after &&
    /^(movabs|lea|xor edi,edi|mov QWORD PTR \[rbp-0x\w+\],rdi|mov r[ds]i,r)/.test(textAt(at - 1))
  ) {
    // an argument store belongs to the previous group, unless it stores a constant for the call
    if (textAt(at - 1).startsWith('mov QWORD PTR') && !textAt(at - 2).startsWith('xor')) break;
    at--;
  }
  return at;
}

/** [pattern, note] by group; the first match is used. */
const NOTES: Readonly<Record<GroupId, readonly (readonly [RegExp, (match: RegExpExecArray) => string])[]>> = {
  frame: [
    [/^endbr64/, () => 'a place that may be called'],
    [/^push rbp/, () => 'frame'],
    [/^sub rsp,(0x\w+|\d+)/, ([, bytes]) => `${Number(bytes)} bytes of room`],
    [/^(push rbx|mov QWORD PTR \[[^\]]+\],rbx)/, () => 'save rbx'],
    [/^mov eax,(0x\w+|\d+)/, ([, n]) => (Number(n) === 1 ? 'one argument' : `${Number(n)} arguments`)],
    [/^mov QWORD PTR \[[^\]]+\],rax/, () => 'argument count'],
    [/^mov \w+ PTR \[[^\]]+\],(\w+)/, ([, from = '']) => argumentNote(from)],
  ],
  enter: [
    [/^xor edi,edi/, () => 'no cookie'],
    [/^mov QWORD PTR \[[^\]]+\],rdi/, () => 'into the run context'],
    [/^movabs rdi/, () => 'the program'],
    [/^lea rsi/, () => 'run context'],
    [/^call/, () => 'takes rcu_read_lock, and the time'],
    [/^mov rbx,rax/, () => 'start time'],
    [/^je (.*)/, ([, to]) => `0 would skip to ${to}`],
  ],
  call: [
    [/^lea rdi/, () => 'r1 points at the arguments'],
    [/^call/, () => 'the program'],
    [/^mov QWORD PTR \[[^\]]+\],rax/, () => 'keep r0'],
  ],
  exit: [
    [/^movabs rdi/, () => 'the program'],
    [/^mov rsi,rbx/, () => 'start time'],
    [/^lea rdx/, () => 'run context'],
    [/^call/, () => 'counts the run, rcu_read_unlock'],
    [/^mov rax,QWORD/, () => 'return value'],
    [/^(pop rbx|mov rbx,QWORD)/, () => 'restore rbx'],
    [/^ret/, () => 'back to the caller'],
  ],
};

/** Argument registers by any width: 5.6 stores an argument with its own width. */
const NARROW: Readonly<Record<string, string>> = {
  edi: 'rdi',
  esi: 'rsi',
  edx: 'rdx',
  ecx: 'rcx',
  r8d: 'r8',
  r9d: 'r9',
};

function argumentNote(register: string): string {
  const n = ARGUMENTS.indexOf(NARROW[register] ?? register);
  return n < 0 ? '' : `ctx[${n}], the ${['first', 'second', 'third', 'fourth', 'fifth', 'sixth'][n]} argument`;
}

const noteOf = (group: GroupId, text: string): string => {
  for (const [pattern, note] of NOTES[group]) {
    const match = pattern.exec(text);
    if (match) return note(match);
  }
  return '';
};

/** Groups of a trampoline's code: four, or one without notes when the code does not make exactly three calls. */
export function trampolineGroups(code: readonly CodeLine[]): CodeGroup[] {
  const calls = code.flatMap(({ text }, i) => (text.startsWith('call') ? [i] : []));
  const [enter, program, exit] = calls;
  if (enter === undefined || program === undefined || exit === undefined || calls.length !== 3) {
    return [{ id: 'frame', title: 'Code', lines: code.map((line) => ({ ...line, note: '' })) }];
  }
  const starts = [0, leadOf(code, enter, 0), leadOf(code, program, enter), leadOf(code, exit, program), code.length];
  return IDS.map((id, i) => ({
    id,
    title: TITLES[id],
    lines: code.slice(starts[i], starts[i + 1]).map((line) => ({ ...line, note: noteOf(id, line.text) })),
  }));
}

export interface CallStage {
  readonly title: string;
  readonly words: string;
  /** group of the trampoline that runs in this stage; null outside it */
  readonly group: GroupId | null;
}

/** Stages of a call of a member, in order. */
export function callStages(member: string, prog: string, map: string): CallStage[] {
  return [
    {
      title: 'caller',
      words: `The stack calls ca_ops->${member}(): a C function pointer, with C arguments.`,
      group: null,
    },
    { title: 'slot', words: `The slot of map ${map} holds an address in its image, not of a C function.`, group: null },
    {
      title: 'arguments',
      words: 'The trampoline makes a frame and stores the arguments as an array of u64.',
      group: 'frame',
    },
    { title: 'enter', words: '__bpf_prog_enter: keeps the program from being freed while it runs.', group: 'enter' },
    { title: 'program', words: `${prog} runs with r1 pointing at that array.`, group: 'call' },
    {
      title: 'return',
      words: 'The result in r0 is saved, __bpf_prog_exit runs, and the caller gets the result.',
      group: 'exit',
    },
  ];
}
