/*
 * The machine's one memory. It holds all hot state: sockets, packets, timers, the clock, the random generator, map
 * values, stacks. So a checkpoint is a copy of the used bytes, and the state hash covers every one of them.
 *
 * A kernel address is 64 bits: the high word is KERNEL_BASE_HI, the low word is the linear offset. Engine code passes
 * the low word around as a plain number ("address"); NULL is 0 and lies in the guard page.
 *
 * Regions grow upward from fixed bases and never move. Only the arena may be touched by BPF programs.
 */
import { assert } from '../base/assert.ts';
import { mixWords } from '../base/hash.ts';

/** High word of every kernel address (the start of Linux's direct map on x86-64, 0xffff888000000000). */
export const KERNEL_BASE_HI = 0xffff8880;

const REGION_TABLE = {
  /** clock, counters, generator state, slab heads: the engine's own words */
  engine: { base: 0x0000_1000, size: 0x0000_f000 },
  /** kvalues, uvalues, operation tables, trampoline images, read-only data: programs may read, not write */
  kernel: { base: 0x0001_0000, size: 0x003f_0000 },
  /** contexts, stacks, map values, tcp_socks: all that programs may touch */
  arena: { base: 0x0040_0000, size: 0x00c0_0000 },
  /** the timer heap */
  events: { base: 0x0100_0000, size: 0x0040_0000 },
  /** packets and retransmit queues */
  net: { base: 0x0140_0000, size: 0x02c0_0000 },
} as const;

export type RegionName = keyof typeof REGION_TABLE;
export const REGIONS: Readonly<Record<RegionName, { readonly base: number; readonly size: number }>> = REGION_TABLE;
const REGION_NAMES = Object.keys(REGION_TABLE) as RegionName[];
/** Address of the word that holds the address of a region's first free byte. */
export const regionEndAddress = (name: RegionName): number => REGIONS.engine.base + REGION_NAMES.indexOf(name) * 4;

export const MEMORY_BYTES = 0x0400_0000;
const WASM_PAGE = 65536;

/** A copy of every used byte. Recycle it: filling a kept buffer is 70 times cheaper than a fresh one. */
export interface MemoryImage {
  bytes: Uint8Array;
  used: number;
}

export class Memory {
  /** Created at its maximum and never grown: growing would detach every view. */
  readonly wasm = new WebAssembly.Memory({ initial: MEMORY_BYTES / WASM_PAGE, maximum: MEMORY_BYTES / WASM_PAGE });
  readonly u8 = new Uint8Array(this.wasm.buffer);
  readonly u16 = new Uint16Array(this.wasm.buffer);
  readonly u32 = new Uint32Array(this.wasm.buffer);
  readonly i32 = new Int32Array(this.wasm.buffer);
  readonly f64 = new Float64Array(this.wasm.buffer);
  /** u32 index of each region's first free byte; the words themselves are hot state */
  private readonly brk: Record<RegionName, number>;

  constructor() {
    this.brk = Object.fromEntries(REGION_NAMES.map((name) => [name, regionEndAddress(name) >>> 2])) as Record<
      RegionName,
      number
    >;
    for (const name of REGION_NAMES) this.u32[this.brk[name]] = REGIONS[name].base;
    // the first words allocated are those that hold the regions' ends
    this.setEnd('engine', REGIONS.engine.base + REGION_NAMES.length * 4);
  }

  /**
   * Allocates zeroed bytes at the region's end; returns their address. Throws when the region is full: callers limit
   * what users can request.
   */
  alloc(region: RegionName, bytes: number, align = 8): number {
    const { base, size } = REGIONS[region];
    const address = (this.u32[this.brk[region]] + align - 1) & -align;
    assert(address + bytes <= base + size, `region ${region} is full`);
    this.u32[this.brk[region]] = address + bytes;
    // after a restore, bytes above the end may be left over from an abandoned future
    this.u8.fill(0, address, address + bytes);
    return address;
  }

  /** Whether `alloc` can allocate so many bytes in the region. */
  hasRoom(region: RegionName, bytes: number): boolean {
    const { base, size } = REGIONS[region];
    return this.end(region) + bytes <= base + size;
  }

  /** The used bytes of every region: what checkpoints and the hash cover. */
  regions(): { readonly name: RegionName; readonly from: number; readonly to: number }[] {
    return REGION_NAMES.map((name) => {
      const { base, size } = REGIONS[name];
      return { name, from: base, to: Math.min(this.end(name), base + size) };
    });
  }

  /** First byte after the region's used part. */
  end(region: RegionName): number {
    return this.u32[this.brk[region]];
  }

  /** For a region managed as one growing array (the timer heap). */
  setEnd(region: RegionName, address: number): void {
    this.u32[this.brk[region]] = address;
  }

  /** Whether `[address, address + size)` lies in the arena: the one check that both engines make before an access. */
  inArena(address: number, size: number): boolean {
    return address >= REGIONS.arena.base && address + size <= REGIONS.arena.base + REGIONS.arena.size;
  }

  /** Whether programs may read `[address, address + size)`: the arena, and the kernel's data right before it. */
  isReadable(address: number, size: number): boolean {
    return address >= REGIONS.kernel.base && address + size <= REGIONS.arena.base + REGIONS.arena.size;
  }

  save(into?: MemoryImage): MemoryImage {
    const used = REGION_NAMES.reduce((sum, name) => sum + this.end(name) - REGIONS[name].base, 0);
    const image = into && into.bytes.length >= used ? into : { bytes: new Uint8Array(used + (used >> 2)), used };
    image.used = used;
    let at = 0;
    for (const name of REGION_NAMES) {
      const { base } = REGIONS[name];
      image.bytes.set(this.u8.subarray(base, this.end(name)), at);
      at += this.end(name) - base;
    }
    return image;
  }

  restore(image: MemoryImage): void {
    let at = 0;
    // the engine region comes first and carries the ends of all the others
    for (const name of REGION_NAMES) {
      const { base } = REGIONS[name];
      const length = name === 'engine' ? this.engineUsed(image) : this.end(name) - base;
      this.u8.set(image.bytes.subarray(at, at + length), base);
      at += length;
    }
  }

  /** Hash of every used byte; changing any one of them changes it. */
  hash(seed: number): number {
    let h = seed;
    for (const { from, to } of this.regions()) h = mixWords(h, this.u32, from >>> 2, (to + 3) >>> 2);
    return h;
  }

  /** Reads a u32. */
  word(address: number): number {
    return this.u32[address >>> 2];
  }

  /** Reads a u64 as a number; exact up to 2^53. */
  u64(address: number): number {
    return this.u32[address >>> 2] + this.u32[(address >>> 2) + 1] * 0x1_0000_0000;
  }

  /** Writes a non-negative integer below 2^53 as a u64. */
  setU64(address: number, value: number): void {
    this.u32[address >>> 2] = value >>> 0;
    this.u32[(address >>> 2) + 1] = Math.floor(value / 0x1_0000_0000);
  }

  /** Writes a kernel pointer; 0 stays NULL. */
  setPointer(address: number, target: number): void {
    this.u32[address >>> 2] = target;
    this.u32[(address >>> 2) + 1] = target === 0 ? 0 : KERNEL_BASE_HI;
  }

  private engineUsed(image: MemoryImage): number {
    const view = new DataView(image.bytes.buffer, image.bytes.byteOffset);
    return view.getUint32(0, true) - REGIONS.engine.base;
  }
}

/**
 * Fixed-size zeroed items with a free list. The list is kept in the memory too, so that a replay reuses freed items in
 * the same order.
 */
export class Slab {
  private readonly head: number;

  constructor(
    private readonly memory: Memory,
    private readonly region: RegionName,
    readonly itemBytes: number,
    private readonly align = 8,
  ) {
    this.head = memory.alloc('engine', 8) >>> 2;
  }

  alloc(): number {
    const { u8, u32 } = this.memory;
    const free = u32[this.head];
    u32[this.head + 1]++;
    if (free === 0) return this.memory.alloc(this.region, this.itemBytes, this.align);
    u32[this.head] = u32[free >>> 2];
    u8.fill(0, free, free + this.itemBytes);
    return free;
  }

  /** Whether so many items can be allocated; checked before anything that users can request repeatedly. */
  hasRoom(count = 1): boolean {
    const reused = this.memory.u32[this.head] === 0 ? 0 : 1;
    return this.memory.hasRoom(this.region, (count - reused) * this.itemBytes + this.align);
  }

  free(address: number): void {
    const { u32 } = this.memory;
    u32[address >>> 2] = u32[this.head];
    u32[this.head] = address;
    u32[this.head + 1]--;
  }

  /** Items in use. */
  get live(): number {
    return this.memory.u32[this.head + 1];
  }
}
