/*
 * The verifier's log buffer (kernel/bpf/log.c): text is appended, can be cut back to an earlier position, and only the tail
 * that fits (or, with the FIXED flag, the head) reaches user space. Old text that can no longer be shown is dropped, so a
 * walk of a million instructions keeps no more than the buffer.
 */
const LEVEL1 = 1;
const LEVEL2 = 2;
const STATS = 4;
const FIXED = 8;
/** VERIFIER_LOG: the longest single message */
const LONGEST = 1023;

export class Log {
  readonly level1: boolean;
  readonly level2: boolean;
  readonly stats: boolean;
  private readonly fixed: boolean;
  private chunks: string[] = [];
  /** absolute position of the first chunk and of the end */
  private start = 0;
  private end = 0;
  private longest = 0;
  private readonly room: number;

  constructor(level: number, size: number, rotates: boolean) {
    this.level1 = (level & (LEVEL1 | LEVEL2)) !== 0;
    this.level2 = (level & LEVEL2) !== 0;
    this.stats = (level & STATS) !== 0;
    this.fixed = (level & FIXED) !== 0 || !rotates;
    this.room = Math.max(0, size - 1);
    this.enabled = level !== 0;
  }

  readonly enabled: boolean;

  get position(): number {
    return this.end;
  }

  /** bpf_verifier_log_write: nothing without a log. */
  write(text: string): void {
    if (!this.enabled) return;
    const cut = text.length > LONGEST ? text.slice(0, LONGEST) : text;
    this.chunks.push(cut);
    this.end += cut.length;
    if (this.end > this.longest) this.longest = this.end;
    if (this.chunks.length > 4096 && this.end - this.start > 2 * this.room + 65_536) this.compact();
  }

  private compact(): void {
    if (this.fixed) {
      const head = this.chunks.join('').slice(0, this.room);
      // positions beyond the head stay countable: the rest is never shown
      if (this.start === 0 && this.end > this.room) {
        this.chunks = [head, ...this.chunks.slice(-1).map(() => '')];
        this.headOnly = true;
      }
      return;
    }
    const text = this.chunks.join('').slice(-this.room);
    this.start = this.end - text.length;
    this.chunks = [text];
  }

  private headOnly = false;

  /** Cuts the text back to a position (bpf_vlog_reset). */
  reset(position: number): void {
    if (!this.enabled || position >= this.end) return;
    if (this.headOnly) {
      this.end = position;
      return;
    }
    if (position <= this.start) {
      this.chunks = [];
      this.start = this.end = position;
      return;
    }
    let excess = this.end - position;
    while (excess > 0) {
      const last = this.chunks[this.chunks.length - 1];
      if (last.length <= excess) {
        this.chunks.pop();
        excess -= last.length;
      } else {
        this.chunks[this.chunks.length - 1] = last.slice(0, last.length - excess);
        excess = 0;
      }
    }
    this.end = position;
  }

  /** Replaces the newline at the end by text. */
  dropNewline(): void {
    this.reset(this.end - 1);
  }

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

  /** Last lines, for a message without a log buffer. */
  tail(length: number): string {
    return this.chunks.slice(-length).join('');
  }
}
