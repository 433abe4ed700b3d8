/*
 * Checkpoints of one run, kept sparse: dense near the cursor, with gaps that double further back, under a limit of
 * bytes. Buffers of dropped ones are reused.
 */
import { entryOf } from '../base/assert.ts';
import type { Memory, MemoryImage } from '../vm/memory.ts';

/** State = these bytes and this tree; with the command log after `event` it gives every later state. */
export interface Checkpoint<Cold> {
  readonly event: number;
  readonly time: number;
  readonly image: MemoryImage;
  readonly cold: Cold;
}

const LIMIT_BYTES = 96 * 1024 * 1024;
/** beyond this number searching them becomes noticeable, so the gaps grow instead */
const LIMIT_COUNT = 400;

export class Checkpoints<Cold> {
  /** by event number, ascending; the first is the start of the run and is never dropped */
  private list: Checkpoint<Cold>[] = [];
  private spare: MemoryImage[] = [];

  constructor(private readonly memory: Memory) {}

  take(event: number, time: number, cold: Cold): Checkpoint<Cold> {
    const known = this.before(event);
    if (known && known.event === event) return known;
    const checkpoint = { event, time, image: this.memory.save(this.spare.pop()), cold };
    const at = known ? this.list.indexOf(known) + 1 : 0;
    this.list.splice(at, 0, checkpoint);
    this.thin(event);
    return checkpoint;
  }

  /** The last checkpoint at or before an event. */
  before(event: number): Checkpoint<Cold> | undefined {
    return this.lastWhere((c) => c.event <= event);
  }

  /** The last checkpoint strictly before a time, so that all events at that time are still pending. */
  beforeTime(time: number): Checkpoint<Cold> | undefined {
    return this.lastWhere((c) => c.time < time) ?? this.list[0];
  }

  /** Drops checkpoints after an event, because another future begins there. */
  dropAfter(event: number): void {
    while ((this.list.at(-1)?.event ?? event) > event) this.drop(this.list.length - 1);
  }

  get bytes(): number {
    return this.list.reduce((sum, c) => sum + c.image.bytes.length, 0);
  }

  get count(): number {
    return this.list.length;
  }

  private lastWhere(test: (c: Checkpoint<Cold>) => boolean): Checkpoint<Cold> | undefined {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (test(entryOf(this.list, middle))) low = middle + 1;
      else high = middle;
    }
    return this.list[low - 1];
  }

  private drop(index: number): void {
    const [dropped] = this.list.splice(index, 1);
    if (dropped && this.spare.length < 4) this.spare.push(dropped.image);
  }

  /** Drops those that leave the smallest gap for their distance from the cursor. */
  private thin(cursor: number): void {
    while (this.list.length > 2 && (this.bytes > LIMIT_BYTES || this.list.length > LIMIT_COUNT)) {
      let victim = 1;
      let least = Number.POSITIVE_INFINITY;
      for (let i = 1; i < this.list.length - 1; i++) {
        const gap = entryOf(this.list, i + 1).event - entryOf(this.list, i - 1).event;
        const cost = gap / (Math.abs(cursor - entryOf(this.list, i).event) + 1);
        if (cost < least) {
          least = cost;
          victim = i;
        }
      }
      this.drop(victim);
    }
  }
}
