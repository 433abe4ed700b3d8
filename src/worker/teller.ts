/*
 * Sends the page the state of its lab: numbers with every frame, other parts when they changed, the history as
 * increments, and a checkpoint about every second.
 */
import type { ColdSnapshot, Lab, NoteRecord } from '../engine/index.ts';
import { encodeFrame } from '../protocol/frame.ts';
import { buffersOf, packHistory } from '../protocol/history-message.ts';
import type { FromWorker, Notice } from '../protocol/messages.ts';
import type { MemoryWindow } from '../protocol/moves.ts';

/** Time between two history messages while playing, ms; and with a crowd of sockets, whose curves take longer to read and to draw. */
const HISTORY_MS = 250;
const CROWD_MS = 500;

/** Time between two checkpoints for the page, ms. */
const KEEP_MS = 1000;

/** Most sockets that are no crowd: the states of more are told as seldom as the history, since a message of a thousand takes 3 ms to read. */
const NO_CROWD = 64;

/** Whether two snapshots differ only in the sockets, which are many. */
function onlyOfCrowd(cold: ColdSnapshot, before: ColdSnapshot | null): boolean {
  if (before === null || cold.sockets.length <= NO_CROWD || cold.sockets.length !== before.sockets.length) return false;
  return Object.entries(cold).every(([key, value]) => key === 'sockets' || value === before[key as keyof ColdSnapshot]);
}

export interface TellerHost {
  readonly post: (message: FromWorker, transfer?: Transferable[]) => void;
  /** wall clock, ms */
  readonly clock: () => number;
}

/** What a frame contains besides the lab's state. */
interface Standing {
  readonly playing: boolean;
  /** number of the last action done */
  readonly n: number;
  readonly texts: Readonly<Record<string, string>>;
}

export class Teller {
  /** bytes that the page wants with every frame */
  windows: readonly MemoryWindow[] = [];
  private sentCold: ColdSnapshot | null = null;
  private sentCpu: unknown = null;
  /** version of the traced lines that the page has */
  private sentTraced = 0;
  /** the page has nothing of this lab's history */
  private historyIsNew = true;
  /** wall clock of the last history, or of the last states of a crowd, ms */
  private toldAt = 0;
  /** wall clock of the last checkpoint sent, ms, and its place */
  private kept = { at: 0, of: '' };

  constructor(private readonly host: TellerHost) {}

  /** Starts over with another lab, of which the page has nothing. */
  startOver(): void {
    this.historyIsNew = true;
    this.sentCold = null;
    this.sentTraced = -1;
  }

  /** Makes the next frame send a checkpoint. */
  forgetCheckpoint(): void {
    this.kept = { at: 0, of: '' };
  }

  notice(notice: Notice): void {
    this.host.post({ type: 'notice', notice });
  }

  /** Converts a note of the run to a notice. */
  told({ kind, title, detail, text, line }: NoteRecord): void {
    const place = { text: text ?? undefined, line: line ?? undefined };
    if (kind === 'stopped') this.notice({ kind, title, detail, ...place, notKernel: true });
    else this.notice({ kind: 'info', title, detail, ...place });
  }

  texts(lab: Lab, own: Standing['texts']): void {
    this.host.post({ type: 'texts', texts: { ...lab.scenario.texts, ...own } });
  }

  frame(lab: Lab, standing: Standing): void {
    const { playing, n } = standing;
    const cold = lab.cold();
    const isDue = this.isDue(playing, cold.sockets.length <= NO_CROWD ? HISTORY_MS : CROWD_MS);
    if (cold !== this.sentCold && (isDue || !onlyOfCrowd(cold, this.sentCold))) {
      this.sentCold = cold;
      this.host.post({ type: 'cold', cold });
    }
    if (isDue) {
      if (this.historyIsNew || lab.hasNews) this.tellHistory(lab);
      this.toldAt = this.host.clock();
    }
    const cpu = lab.cpu();
    if (cpu !== null || this.sentCpu !== null) {
      this.sentCpu = cpu;
      this.host.post({ type: 'cpu', cpu });
    }
    this.traced(lab);
    const numbers = encodeFrame(lab.hot());
    const windows = this.windows.map(({ address, length }) => lab.machine.bytes(address, length));
    const transfer = [numbers.buffer, ...windows.map((w) => w.buffer)] as ArrayBuffer[];
    this.host.post({ type: 'frame', numbers, windows, playing, n }, transfer);
    this.handOver(lab, standing);
  }

  /** Whether to send the history now; a few times a second suffice while playing. */
  private isDue(playing: boolean, ms: number): boolean {
    return !playing || this.historyIsNew || this.host.clock() - this.toldAt >= ms;
  }

  private tellHistory(lab: Lab): void {
    const whole = this.historyIsNew;
    const delta = packHistory(lab.news(whole));
    this.historyIsNew = false;
    this.host.post({ type: 'history', delta, whole }, buffersOf(delta));
  }

  /** Sends lines of tracepoints if there are new ones. */
  traced({ traced }: Lab): void {
    if (traced.version === this.sentTraced) return;
    this.sentTraced = traced.version;
    this.host.post({ type: 'traced', lines: traced.lines, left: traced.left });
  }

  /** Sends a checkpoint, after a frame with all news, so that the page's history reaches as far as the checkpoint. */
  private handOver(lab: Lab, { n, texts }: Standing): void {
    const now = this.host.clock();
    if (this.historyIsNew || lab.hasNews || (now - this.kept.at < KEEP_MS && this.kept.at > 0)) return;
    const run = lab.handOver();
    if (!run) return;
    const of = `${n} ${run.branch} ${run.checkpoint.event}`;
    const isNew = of !== this.kept.of;
    this.kept = { at: now, of };
    if (!isNew) return;
    const { buffer } = run.checkpoint.image.bytes;
    this.host.post({ type: 'kept', kept: { run, n, texts } }, [buffer as ArrayBuffer]);
  }
}
