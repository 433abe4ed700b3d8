/*
 * Wires a machine: memory, clock, BPF, kernel and TCP, in a fixed order, so that every address and every number is the
 * same in every run.
 */
import { Kernel, type ProgObject } from '../kernel/kernel.ts';
import { EventQueue } from '../net/event-queue.ts';
import { registerHelpers } from '../tcp/cc/helpers.ts';
import { Tcp } from '../tcp/tcp.ts';
import { KernelFunctions } from '../vm/functions.ts';
import { BpfMachine } from '../vm/machine.ts';
import { Memory } from '../vm/memory.ts';
import { Text } from '../vm/text.ts';
import type { Scenario } from './commands.ts';
import { type DeclaredParts, declareTypes } from './declared.ts';
import type { MachineParts } from './kernels.ts';
import { Programs } from './programs.ts';

/** Callbacks during events; `sk` is a tcp_sock's address. */
export interface BootObserver {
  /** a program ran out of fuel, or faulted at the slot `pc` */
  readonly stopped: (prog: ProgObject, message: string, pc: number) => void;
  readonly calledStopped: (prog: ProgObject) => void;
  /** a line of trace_pipe */
  readonly trace: (line: string) => void;
  readonly window: (sk: number) => void;
  readonly drop: () => void;
  readonly warning: (sk: number, message: string, title?: string) => void;
}

export interface Booted {
  readonly memory: Memory;
  readonly events: EventQueue;
  readonly text: Text;
  readonly kernel: Kernel;
  readonly tcp: Tcp;
  readonly bpf: BpfMachine;
  readonly declared: DeclaredParts;
}

export function boot(
  parts: MachineParts,
  { path, seed }: Scenario,
  texts: Readonly<Record<string, string>>,
  observer: BootObserver,
): Booted {
  const memory = new Memory();
  const events = new EventQueue(memory);
  const functions = new KernelFunctions();
  const text = new Text(memory);
  const declared = declareTypes(texts, parts);
  const { btf } = declared.parts;
  const bpf = new BpfMachine(memory, functions, { gate: text.gate });
  const programs = new Programs(bpf);
  const kernel: Kernel = new Kernel({
    memory,
    text,
    timers: events,
    btf,
    profile: parts.profile,
    // declared types are in no kernel's BTF
    ...(declared.names.length === 0 ? { whole: parts.whole } : {}),
    prepare: (insns) => programs.problem(insns),
    makeTrampolines: (members) => programs.trampolines(members),
    has: (kind, id) => functions[kind](id) !== undefined,
    observer: {
      onStopped: observer.stopped,
      onCalledStopped: observer.calledStopped,
      onSocketClosed: (socket) => tcp.close(socket),
      onTrace: observer.trace,
    },
    sockets: { address: (socket) => tcp.addressOf(socket), is: (sk) => tcp.socketOf(sk) !== 0 },
  });
  const tcp: Tcp = new Tcp({
    memory,
    events,
    text,
    functions,
    btf,
    refs: kernel.refs,
    path,
    seed,
    rules: parts.profile,
    observer: {
      onWindow: observer.window,
      onDrop: observer.drop,
      onWarning: observer.warning,
      onGone: (sk) => kernel.socketGone(sk),
    },
  });
  kernel.registerHelpers(functions);
  registerHelpers(functions, { now: () => events.now, random: () => tcp.net.random() });
  kernel.registerSubsystem(tcp.subsystem);
  for (const name of declared.names) kernel.registerGeneric(name);
  return { memory, events, text, kernel, tcp, bpf, declared };
}
