/* Texts of the steps of bpf(2), from the kernel's own tables. Loaded when first shown. */
import { COMMANDS } from '../../engine/index.ts';

const ENTRIES = new Map(Object.entries(COMMANDS));

/** Text of a step of a call by its name: `BPF_MAP_CREATE`. */
export function stepText(call: string, step: string): string | null {
  return ENTRIES.get(call)?.steps.find(({ id }) => id === step)?.text ?? null;
}
