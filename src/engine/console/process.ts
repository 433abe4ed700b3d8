/* A running command: its words, standard input and outputs, and the system calls of its process. */
import type { BpfAttr, BpfCommand } from '../kernel/attr.ts';
import type { SyscallResult } from '../kernel/calls.ts';
import type { Host, Written } from './host.ts';
import type { Word } from './shell.ts';

/** Most characters that a command may write; a command that exceeds them is ended with a message. */
export const MOST_OUTPUT = 1_000_000;

/** Thrown when a command has written too much. */
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

  /** Writes an error line; returns the status. */
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

/** Runs a command; returns its exit status. */
export type Run = (process: ConsoleProcess) => number;

export interface ConsoleCommand {
  readonly name: string;
  /** one line each: synopsis and purpose */
  readonly usage: string;
  readonly summary: string;
  /** manual page, in our words */
  readonly manual: string;
  /** it makes system calls, so it gets its own process */
  readonly isProcess: boolean;
  readonly run: Run;
}
