/* The parts of a difference, with their headings. */
import type { DiffAspect } from '../../engine/index.ts';

/** Headings of the parts of the list, in its order. */
export const ASPECT_WORDS: Readonly<Record<DiffAspect, string>> = {
  fact: 'States and counts',
  reference: 'References',
  call: 'System calls',
  field: 'Fields',
  register: 'Registers of the program that ran last',
  bytes: 'Bytes that no field here names',
};
