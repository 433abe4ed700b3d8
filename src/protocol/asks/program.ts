/* A loaded program as text: its instructions with their source lines and WebAssembly. */
import type { ProgramText } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface ProgramRequest {
  /** the program's id in the kernel */
  readonly id: number;
}

/** The answer is null when no such program is loaded. */
export const program = question<ProgramRequest, ProgramText | null>();
