/*
 * The verifier's log buffer (kernel/bpf/log.c): text is appended, can be truncated to an earlier position, and only the
 * end that fits (or, with the FIXED flag and in older kernels, the beginning) reaches user space. Text that can no
 * longer be shown is dropped, so that a walk of a million instructions keeps no more than the buffer.
 */
const LEVEL1 = 1;
const LEVEL2 = 2;
const STATS = 4;
const FIXED = 8;
/** VERIFIER_LOG: the longest single message */
const LONGEST = 1023;
/** pieces that are collected before they are joined to a block */
const PIECES = 2048;

export class Log {
  readonly enabled: boolean;
  readonly level1: boolean;
  readonly level2: boolean;
  readonly stats: boolean;
  private readonly fixed: boolean;
  private readonly room: number;
  /**
   * text in flat blocks, because millions of small strings are slow to keep; the latest text is kept as single pieces
   */
  private blocks: string[] = [];
  private pieces: string[] = [];
  /** positions of the first kept character, of the one after the last kept, and of the end */
  private start = 0;
  private kept = 0;
  private end = 0;
  private longest = 0;

  constructor(level: number, size: number, rotates: boolean) {
    this.enabled = level !== 0;
    this.level1 = (level & (LEVEL1 | LEVEL2)) !== 0;
    this.level2 = (level & LEVEL2) !== 0;
    this.stats = (level & STATS) !== 0;
    this.fixed = (level & FIXED) !== 0 || !rotates;
    this.room = Math.max(0, size - 1);
  }

  get position(): number {
    return this.end;
  }

  /** bpf_verifier_log_write: appends text; does nothing without a log. */
  write(text: string): void {
    if (!this.enabled) return;
    const cut = text.length > LONGEST ? text.slice(0, LONGEST) : text;
    const isKept = this.kept === this.end && !(this.fixed && this.end > this.room);
    this.end += cut.length;
    if (this.end > this.longest) this.longest = this.end;
    if (!isKept) return;
    this.pieces.push(cut);
    this.kept = this.end;
    if (this.pieces.length > PIECES) this.flatten();
  }

  /** Joins the pieces to one block, and drops blocks from the front that can no longer reach user space. */
  private flatten(): void {
    this.blocks.push(this.pieces.join(''));
    this.pieces = [];
    if (this.fixed) return;
    let dropped = 0;
    while (dropped < this.blocks.length && this.end - this.start - this.blocks[dropped].length > this.room) {
      this.start += this.blocks[dropped].length;
      dropped++;
    }
    if (dropped > 0) this.blocks.splice(0, dropped);
  }

  /** Truncates the text to a position (bpf_vlog_reset). */
  reset(position: number): void {
    if (!this.enabled || position >= this.end) return;
    this.end = position;
    if (position >= this.kept) return;
    if (position <= this.start) {
      this.blocks = [];
      this.pieces = [];
      this.start = this.kept = position;
      return;
    }
    for (let excess = this.kept - position; excess > 0; ) {
      const list = this.pieces.length > 0 ? this.pieces : this.blocks;
      const last = list.pop() ?? '';
      if (last.length > excess) list.push(last.slice(0, last.length - excess));
      excess -= last.length;
    }
    this.kept = position;
  }

  /** Removes the newline at the end. */
  dropNewline(): void {
    this.reset(this.end - 1);
  }

  /** Bytes that the whole log would have needed at its longest, NUL included; 0 without a log. */
  get trueSize(): number {
    return this.enabled ? this.longest + 1 : 0;
  }

  get overflowed(): boolean {
    return this.enabled && this.longest > this.room;
  }

  /** What user space finds in its buffer. */
  text(): string {
    const all = this.blocks.join('') + this.pieces.join('');
    if (all.length <= this.room) return all;
    return this.fixed ? all.slice(0, this.room) : all.slice(-this.room);
  }
}
