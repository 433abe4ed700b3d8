/* What each step of bpf(2) checks or does, in the words of the kernel's own tables. Loaded when it is looked at. */
import { COMMANDS } from '../../engine/index.ts';

const ENTRIES = new Map(Object.entries(COMMANDS));

/** Text of a step of a call that is written as strace does: `bpf(BPF_MAP_CREATE, ...)`. */
export function stepText(call: string, step: string): string | null {
  const command = /^bpf\((\w+)/.exec(call)?.[1] ?? '';
  return ENTRIES.get(command)?.steps.find(({ id }) => id === step)?.text ?? null;
}
