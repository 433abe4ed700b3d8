/** A machine small enough to reason about: events that draw random numbers, write memory, and "run a program". */
import { Prng } from '../../base/prng.ts';
import { EventQueue } from '../../net/event-queue.ts';
import { Memory } from '../../vm/memory.ts';
import type { Command } from '../commands.ts';
import type { InstructionWatch } from '../../vm/prepared.ts';
import type { ProgramWatch } from '../microscope.ts';
import type { RunnableMachine } from '../run.ts';

export interface ToyCold {
  readonly pokes: readonly number[];
}

/** Its one program adds r1 to r0 `length` times; it is called `calls` times by some events. */
export class ToyMachine implements RunnableMachine<ToyCold> {
  readonly memory = new Memory();
  readonly events = new EventQueue(this.memory);
  watch: ProgramWatch | null = null;
  cold: ToyCold = { pokes: [] };
  private readonly cell = this.memory.alloc('arena', 64) >>> 2;
  private readonly random = new Prng({ words: this.memory.u32, index: this.memory.alloc('engine', 8) >>> 2 });

  constructor(seed: number) {
    this.random.seed(seed);
    const tick = this.events.define('tick', (n) => {
      this.memory.u32[this.cell + (n % 16)] += this.random.u32();
      if (n % 3 === 0) this.program(1 + this.random.below(3));
      if (n % 7 === 0) this.cold = { pokes: [...this.cold.pokes, n] };
      this.events.schedule(this.events.now + 1 + this.random.below(50), tick, n + 1);
    });
    this.events.schedule(0, tick, 0);
  }

  apply(command: Command): void {
    if (command.do === 'poke') this.memory.u8[command.address] = command.bytes[0];
  }

  get pokeAddress(): number {
    return this.cell * 4;
  }

  private program(calls: number): void {
    for (let call = 0; call < calls; call++) {
      const watch: InstructionWatch | null = this.watch?.(1) ?? null;
      const words = new Int32Array(22);
      words[2] = call + 1;
      for (let pc = 0; pc < 5; pc++) {
        watch?.(pc, { words }, 0);
        words[0] += words[2];
      }
      this.memory.u32[this.cell] += words[0];
    }
  }
}
