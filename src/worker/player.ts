/* Plays a lab at the pace of the wall clock: how far a slice runs, and what playing stops at. */
import type { Lab } from '../engine/index.ts';
import type { KeepGoing } from './desk.ts';
import { firstOfEach, playedToEnd, stoppedByBreak } from './notices.ts';
import type { Teller } from './teller.ts';

/** Time between two frames while playing, ms. */
const FRAME_MS = 12;

interface Playing {
  /** seconds of the lab per second */
  readonly speed: number;
  /** wall clock of the last slice, ms */
  wall: number;
  /** time at which it stops by itself, ns */
  readonly end: number;
}

export class Player {
  private playing: Playing | null = null;
  /** whether the last slice ran out of time */
  private behind = false;

  constructor(
    /** wall clock, ms */
    private readonly clock: () => number,
    private readonly teller: Teller,
  ) {}

  get plays(): boolean {
    return this.playing !== null;
  }

  /** Time until the next slice, ms: at once while it is behind, else a frame of the page later; null when it does not play. */
  get due(): number | null {
    if (this.behind) return 0;
    return this.playing && FRAME_MS;
  }

  /** Plays, or changes the speed and keeps the end. */
  play(lab: Lab | null, speed: number): void {
    this.playing = { speed, wall: this.clock(), end: this.playing?.end ?? playsTo(lab) };
  }

  stop(): void {
    this.playing = null;
  }

  /** Plays on from another time, to which the lab has been moved. */
  moved(): void {
    if (this.playing) this.playing.wall = this.clock();
  }

  /** Plays for one slice; returns whether it did. */
  slice(lab: Lab | null, keepGoing: KeepGoing): boolean {
    this.behind = false;
    const { playing } = this;
    if (!playing || !lab) return false;
    const wall = this.clock();
    const target = Math.min(playing.end, Math.floor(lab.time + (wall - playing.wall) * 1e6 * playing.speed));
    playing.wall = wall;
    const from = lab.time;
    const outcome = lab.play(target, keepGoing);
    const notes = lab.history.notes.filter((note) => note.time > from && note.time <= lab.time);
    for (const note of firstOfEach(notes)) this.teller.told(note);
    const stop = notes.find((note) => note.kind === 'stopped');
    if (stop) lab.showStop(stop);
    if (outcome === 'stopped' || stop) this.stop();
    if (outcome === 'stopped' && !stop && lab.position.call === null && !lab.machine.dead)
      this.teller.notice(stoppedByBreak(lab));
    else if (lab.time >= playing.end) {
      this.stop();
      this.teller.notice(playedToEnd(lab));
    }
    this.behind = this.plays && outcome === 'more';
    return true;
  }
}

/** Time at which playing stops by itself, ns: the next step with a pause, else the scenario's end; infinite after it. */
function playsTo(lab: Lab | null): number {
  if (!lab) return Number.POSITIVE_INFINITY;
  const { until, steps } = lab.scenario;
  const pauses = steps.flatMap(({ at, pause }) => (pause && at > lab.time ? [at] : []));
  return Math.min(...pauses, lab.time < until ? until : Number.POSITIVE_INFINITY);
}
