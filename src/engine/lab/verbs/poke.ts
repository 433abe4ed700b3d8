import type { Verb } from '../verb.ts';

/** Writes bytes behind the kernel's back, as a debugger would; bytes outside the memory are ignored. */
export const poke: Verb<'poke'> = {
  do: 'poke',
  run: ({ world }, { address, bytes }) => {
    const { u8 } = world.memory;
    for (const [i, byte] of bytes.entries()) u8[address + i] = byte;
  },
};
