/* bpf(2) for a loader: remembers the fds that it opened, so that giving up closes them, last first. */
import type { BpfAttr, BpfCommand } from '../kernel/attr.ts';
import type { SyscallResult } from '../kernel/calls.ts';

/** bpf(2) called by one process. */
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
