/* Headings of the parts of a difference. */
import type { DiffAspect } from '../../engine/index.ts';

/** Headings by aspect, in the order of the list. */
export const ASPECT_WORDS: Readonly<Record<DiffAspect, string>> = {
  fact: 'States and counts',
  reference: 'References',
  call: 'System calls',
  field: 'Fields',
  register: 'Registers of the program that ran last',
  bytes: 'Bytes outside every known field',
};
