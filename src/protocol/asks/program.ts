/* A loaded program as text: its instructions, their source lines and the WebAssembly made of them. */
import type { ProgramText } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface ProgramRequest {
  /** the program's id in the kernel */
  readonly id: number;
}

/** Answered by null where no such program is loaded. */
export const program = question<ProgramRequest, ProgramText | null>();
