/* Help pages for every view. */
import { pages } from './page.ts';

export const VIEW_PAGES = pages('view', [
  [
    'lifecycle.machine',
    'State machine',
    'The states of a struct_ops map as stations: INIT when it is created, INUSE when an update has registered it, TOBEFREE when it is unregistered and still held, FREED when its memory is gone; READY below, for maps that a link registers. A capsule is a map: its letter, its count, and a ring with a segment for each holder. Press an edge to make the call; one that the kernel refuses shows why. Press a segment to go to the call that took the reference.',
  ],
  [
    'lifecycle.sequence',
    'Sequence',
    'System calls in order of time, by process, each with its answer. The run can be compared with another kernel’s: the same calls, with different answers marked.',
  ],
  [
    'lifecycle.checks',
    'Checks',
    'The steps of the last call in the kernel’s order. The last one listed answered: for a refused call, the check that fired.',
  ],
  [
    'lifecycle.modules',
    'Modules',
    'The same maps as lsmod would list modules, and insmod, rmmod and replace as the system calls that they stand for. It is a way of looking, not an interface of any kernel.',
  ],
  [
    'flows.wire',
    'Wire',
    'A lane for each connection: what it sends, the queue that all share, what arrives, and the acknowledgements on their way back. A lane has the colour of the map that serves it.',
  ],
  [
    'flows.series',
    'cwnd and RTT over time',
    'Windows, thresholds, round trip times and the queue on one axis of time, with bands for the states of congestion avoidance and marks for losses.',
  ],
  ['flows.table', 'Table of connections', 'The same connections as rows of numbers.'],
  [
    'side.struct',
    'Struct',
    'The value of the selected map, or the tcp_sock of the selected connection, field by field with offsets and live bytes. A switch chooses between the kernel’s own copy and what a lookup returns.',
  ],
  [
    'side.trampoline',
    'Trampoline',
    'The code through which the stack calls a program: it stores the arguments as eight-byte words, enters, calls, leaves. Each member that is implemented has one.',
  ],
  [
    'side.ledger',
    'Ledger',
    'Each reference of the selected map: who took it, when, by which call, and when it was given back. The count is the sum of the rows.',
  ],
  [
    'side.verifier',
    'Verifier',
    'The kernel verifier’s verdict on the text in the editor: its log line by line, and what it knew about each register before each visit of a line.',
  ],
  [
    'side.debug',
    'Debug',
    'The stack frame of the stopped program, expressions that are watched, and what playing stops at.',
  ],
  [
    'side.processes',
    'Processes',
    'Running processes and their open files; maps with their ids, holders and contents; programs; messages.',
  ],
  [
    'side.console',
    'Console',
    'The console of the small Linux: bpftool, ss, tc, flow, strace and others, each a process whose system calls are in the other views. The arrow keys recall earlier lines, Tab completes, help lists the commands. Going back in time removes later output.',
  ],
  [
    'side.ask',
    'Ask',
    'Questions about the recorded run: who took, who gave back, who wrote, when was, how often, longest; probes as bpftrace spells them; watch EXPRESSION for a lane over the whole run; diff 1s 2s for what changed between two times. Each row of an answer leads to its time.',
  ],
  [
    'timeline',
    'Timeline',
    'The whole run as bands: the state of each map, the counts, and a mark for each call. Drag or use the arrows to move in time; the past is solid, the future pale. A command in the past begins another branch.',
  ],
  [
    'editor',
    'Programs',
    'The texts: BPF assembly, declared types, listings of objects. F9 sets a breakpoint, Ctrl+Enter restarts with the text, Ctrl+Shift+Enter registers it as a new map beside the old one.',
  ],
  [
    'inspect',
    'Inspector',
    'Any type of the kernel: its C with offsets and holes, its cache lines, its bytes at this moment, and who uses a field.',
  ],
  [
    'type',
    'Type',
    'A type of the kernel as C, as a tree, or as raw BTF, with the offset and size of each member, holes and bitfields; Compare shows where two kernels lay it out differently.',
  ],
  [
    'layout',
    'Layout',
    'The members of the type in cache lines of 64 bytes. kvalue is the kernel’s copy of a map’s value, lookup what user space reads. Press a member for its value, its last writer and its readers.',
  ],
  [
    'memory',
    'Memory',
    'The bytes of the value at the cursor’s time, 8 or 16 a row, with the chosen member marked. Bytes that are not zero are bold.',
  ],
  [
    'behind',
    'Related code',
    'The trampolines of a map with the programs that they call, and the instructions and parts of the kernel that use the chosen member.',
  ],
  [
    'stage',
    'Presenter',
    'The captions of a run as a talk: one idea at a time, thick lines, only the states in use. S opens the speaker’s window, G goes live on a branch and comes back, B blanks the screen, L is a light pointer.',
  ],
]);
