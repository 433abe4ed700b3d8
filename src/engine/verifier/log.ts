/*
 * The verifier's log buffer (kernel/bpf/log.c): text is appended, can be cut back to an earlier position, and only the tail
 * that fits (or, with the FIXED flag and in older kernels, the head) reaches user space. Text that can no longer be shown
 * is dropped, so a walk of a million instructions keeps no more than the buffer.
 */
const LEVEL1 = 1;
const LEVEL2 = 2;
const STATS = 4;
const FIXED = 8;
/** VERIFIER_LOG: the longest single message */
const LONGEST = 1023;

export class Log {
  readonly enabled: boolean;
  readonly level1: boolean;
  readonly level2: boolean;
  readonly stats: boolean;
  private readonly fixed: boolean;
  private readonly room: number;
  private chunks: string[] = [];
  /** position of the first character kept, of the one after the last kept, and of the end */
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

  /** bpf_verifier_log_write: nothing without a log. */
  write(text: string): void {
    if (!this.enabled) return;
    const cut = text.length > LONGEST ? text.slice(0, LONGEST) : text;
    const isKept = this.kept === this.end && !(this.fixed && this.end > this.room);
    this.end += cut.length;
    if (this.end > this.longest) this.longest = this.end;
    if (!isKept) return;
    this.chunks.push(cut);
    this.kept = this.end;
    if (!this.fixed && this.chunks.length > 4096 && this.end - this.start > 2 * this.room + 65_536) this.compact();
  }

  private compact(): void {
    const text = this.chunks.join('').slice(-this.room);
    this.start = this.end - text.length;
    this.chunks = [text];
  }

  /** Cuts the text back to a position (bpf_vlog_reset). */
  reset(position: number): void {
    if (!this.enabled || position >= this.end) return;
    this.end = position;
    if (position >= this.kept) return;
    if (position <= this.start) {
      this.chunks = [];
      this.start = this.kept = position;
      return;
    }
    for (let excess = this.kept - position; excess > 0; ) {
      const last = this.chunks.pop() ?? '';
      if (last.length > excess) this.chunks.push(last.slice(0, last.length - excess));
      excess -= last.length;
    }
    this.kept = position;
  }

  /** Takes the newline at the end away. */
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
    const all = this.chunks.join('');
    if (all.length <= this.room) return all;
    return this.fixed ? all.slice(0, this.room) : all.slice(-this.room);
  }
}
