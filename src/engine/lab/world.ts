/* The machine as verbs and look-ups see it. */
import type { Btf } from '../btf/btf.ts';
import type { AssembledObject } from '../isa/object.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Profile } from '../kernel/profiles.ts';
import type { EventQueue } from '../net/event-queue.ts';
import type { Tcp } from '../tcp/tcp.ts';
import type { Memory } from '../vm/memory.ts';
import type { PathConfig } from '../net/dumbbell.ts';
import type { MachineParts } from './kernels.ts';
import type { MessageRecord } from './snapshot.ts';

export interface World {
  readonly memory: Memory;
  readonly events: EventQueue;
  readonly kernel: Kernel;
  readonly tcp: Tcp;
  readonly btf: Btf;
  readonly profile: Profile;
  /** the kernel's whole BTF if available, and its configuration */
  readonly whole: MachineParts['whole'];
  readonly config: MachineParts['config'];
  /** program texts by name */
  readonly texts: Readonly<Record<string, string>>;
  /** Null when the text does not assemble on this kernel. */
  assemble(text: string): AssembledObject | null;
  /** The first error of a text, with its 0-based line. */
  checkText(text: string, name?: string): { readonly message: string; readonly line: number } | null;
  /** Base64 of a file that the scenario brought. */
  objectFile(name: string): string | null;
  /** Names of its objects and texts. */
  fileNames(): readonly string[];
  /** the path that all connections share */
  readonly path: PathConfig;
  /** Reports a written line with the time. */
  message(said: Omit<MessageRecord, 'time' | 'event'>): void;
}
