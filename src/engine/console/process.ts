/* A command while it runs: its words, its standard input and outputs, and the system calls of its process. */
import type { BpfAttr, BpfCommand } from '../kernel/attr.ts';
import type { SyscallResult } from '../kernel/calls.ts';
import type { Host, Written } from './host.ts';
import type { Word } from './shell.ts';

/** Characters that a command may write: an endless one ends here, and says so. */
export const MOST_OUTPUT = 1_000_000;

/** Thrown when a command has written enough. */
export class OutputFull extends Error {}

export class ConsoleProcess {
  private outText: string[] = [];
  private errText: string[] = [];
  private written = 0;

  constructor(
    readonly host: Host,
    /** name of its process */
    readonly name: string,
    readonly words: readonly Word[],
    readonly input: string,
    /** runs another command, as strace does */
    readonly others: (words: readonly Word[], input: string) => Written,
  ) {}

  get args(): readonly string[] {
    return this.words.slice(1).map(({ text }) => text);
  }

  out(text: string): void {
    this.write(this.outText, text);
  }

  err(text: string): void {
    this.write(this.errText, text);
  }

  /** An error line, and the status that goes with it. */
  fail(text: string, status = 1): number {
    this.err(`${text}\n`);
    return status;
  }

  get stdout(): string {
    return this.outText.join('');
  }

  get stderr(): string {
    return this.errText.join('');
  }

  bpf<C extends BpfCommand>(command: C, attr: BpfAttr[C]): SyscallResult {
    return this.host.bpf(this.name, command, attr);
  }

  close(fd: number): void {
    this.host.close(this.name, fd);
  }

  call(name: string, args: string, run: () => number): number {
    return this.host.call(this.name, name, args, run);
  }

  private write(to: string[], text: string): void {
    const room = MOST_OUTPUT - this.written;
    to.push(text.length > room ? text.slice(0, room) : text);
    this.written += text.length;
    if (this.written > MOST_OUTPUT) throw new OutputFull();
  }
}

/** What a command does; the exit status. */
export type Run = (process: ConsoleProcess) => number;

export interface ConsoleCommand {
  readonly name: string;
  /** one line each: how it is called, and what it is for */
  readonly usage: string;
  readonly summary: string;
  /** manual page, in our words */
  readonly manual: string;
  /** makes system calls, so it gets a process of its own */
  readonly isProcess: boolean;
  readonly run: Run;
}
