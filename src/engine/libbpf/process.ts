/* bpf(2) as a loader calls it: what was opened is remembered, so that giving up closes it, last first. */
import type { BpfAttr, BpfCommand } from '../kernel/attr.ts';
import type { SyscallResult } from '../kernel/calls.ts';

/** bpf(2) as this process may call it. */
export type Syscall = <C extends BpfCommand>(command: C, attr: BpfAttr[C]) => SyscallResult;

export interface Opener {
  /** a call that returns an fd, or a negative errno */
  readonly open: <C extends BpfCommand>(command: C, attr: BpfAttr[C]) => number;
  readonly giveUp: () => null;
}

export function createOpener(bpf: Syscall, close: (fd: number) => void): Opener {
  const opened: number[] = [];
  return {
    open(command, attr) {
      const { ret } = bpf(command, attr);
      if (ret >= 0) opened.push(ret);
      return ret;
    },
    giveUp() {
      for (const fd of opened.toReversed()) close(fd);
      return null;
    },
  };
}
