/*
 * What a page is told of its lab: numbers with every frame, the rest when it is another than what was sent last. The
 * history travels as what is new of it, and a checkpoint is handed over now and then.
 */
import type { Lab, NoteRecord } from '../engine/index.ts';
import { encodeFrame } from '../protocol/frame.ts';
import type { FromWorker, Notice } from '../protocol/messages.ts';
import type { MemoryWindow } from '../protocol/moves.ts';

/** Between two histories while playing, ms. */
const HISTORY_MS = 250;

/** Between two checkpoints that the page is handed, ms. */
const KEEP_MS = 1000;

export interface TellerHost {
  readonly post: (message: FromWorker, transfer?: Transferable[]) => void;
  /** wall clock, ms */
  readonly clock: () => number;
}

/** What a frame says besides the lab. */
interface Standing {
  readonly playing: boolean;
  /** number of the last act that was done */
  readonly n: number;
  readonly texts: Readonly<Record<string, string>>;
}

export class Teller {
  /** bytes that the page wants with every frame */
  windows: readonly MemoryWindow[] = [];
  private sentCold: unknown = null;
  private sentCpu: unknown = null;
  /** version of the traced lines that the page has */
  private sentTraced = 0;
  /** the page has nothing of this lab's history */
  private historyIsNew = true;
  /** wall clock of the last history sent, ms */
  private historyAt = 0;
  /** wall clock of the last checkpoint that the page was handed, ms; and what it was of */
  private kept = { at: 0, of: '' };

  constructor(private readonly host: TellerHost) {}

  /** Another lab: the page has nothing of it. */
  startOver(): void {
    this.historyIsNew = true;
    this.sentCold = null;
    this.sentTraced = -1;
  }

  /** The next frame hands a checkpoint over. */
  forgetCheckpoint(): void {
    this.kept = { at: 0, of: '' };
  }

  notice(notice: Notice): void {
    this.host.post({ type: 'notice', notice });
  }

  /** What happened to a program, as a notice. */
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
    if (cold !== this.sentCold) {
      this.sentCold = cold;
      this.host.post({ type: 'cold', cold });
    }
    if ((this.historyIsNew || lab.hasNews) && this.mayTellHistory(playing)) this.tellHistory(lab);
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

  /** While playing into the unknown a few times a second is enough. */
  private mayTellHistory(playing: boolean): boolean {
    return !playing || this.historyIsNew || this.host.clock() - this.historyAt >= HISTORY_MS;
  }

  private tellHistory(lab: Lab): void {
    const whole = this.historyIsNew;
    const delta = lab.news(whole);
    this.historyIsNew = false;
    this.historyAt = this.host.clock();
    const columns = [delta.queue, ...delta.series].flatMap(({ time, values }) => [
      time.buffer,
      ...values.map((v) => v.buffer),
    ]);
    this.host.post({ type: 'history', delta, whole }, columns as ArrayBuffer[]);
  }

  /** Lines of tracepoints, where there are new ones. */
  traced({ traced }: Lab): void {
    if (traced.version === this.sentTraced) return;
    this.sentTraced = traced.version;
    this.host.post({ type: 'traced', lines: traced.lines, left: traced.left });
  }

  /** After a frame that told all there is: so the page's history reaches as far as the checkpoint. */
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
