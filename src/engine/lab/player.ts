/*
 * Plays with breaks, and searches back for them. Playing goes event by event and tests the breaks after each; with
 * breaks on lines, programs run under a watch. A search back repeats the earlier run from checkpoint to checkpoint and
 * keeps the last break met.
 */
import type { Halted, Microscope, Place, PlaceTest } from './microscope.ts';
import type { Run } from './run.ts';
import { type Hit, type Stops, stopsAt } from './stops.ts';
import type { Traced } from './traced.ts';

type KeepGoing = () => boolean;

/** Place of the last hit: after an event, or at an instruction. */
interface Met {
  readonly event: number;
  readonly place: Hit['place'];
}

export class Player {
  /** the hit at the last stop */
  met: Hit | null = null;
  /** the event up to which `stops` has counted; -1: counting must start again */
  private counted = -1;
  /** number of changes of the breaks: counting that was under way then is void */
  private changes = 0;

  constructor(
    private readonly run: Run<unknown>,
    private readonly scope: Microscope,
    private readonly stops: Stops,
    private readonly traced: Traced,
  ) {}

  /** Discards counts after a change of breaks. */
  forget(): void {
    this.counted = -1;
    this.changes++;
  }

  /** Counts the hits up to the present place, by a run from the beginning; null when the counts are current or not needed. */
  counting(): Generator<void, void> | null {
    const { run, scope, stops } = this;
    const event = scope.at ? scope.at.event - 1 : run.event;
    return stops.counts && this.counted !== event ? this.count(event) : null;
  }

  private *count(event: number): Generator<void, void> {
    const { run, scope, stops, changes } = this;
    const { at } = scope;
    const { time } = run;
    scope.leave();
    run.seekEvent(0);
    stops.begin(true);
    while (run.event < event) {
      this.runEvent(() => false, null);
      stops.after();
      yield;
    }
    if (at)
      scope.watched((place, registers) => {
        stops.at(place, registers);
        return place.call === at.call && place.insn === at.insn;
      });
    else if (run.time < time) run.advance(time);
    if (this.changes === changes) this.counted = event;
  }

  /** Plays to `time`, ns, or to the first hit. */
  play(time: number, keepGoing: KeepGoing): 'reached' | 'stopped' | 'more' {
    const { run, scope } = this;
    const past = scope.pastHere();
    scope.leave();
    const recounted = this.prepare();
    this.met = null;
    while (run.nextTime <= time) {
      if (this.runEvent((hits, place) => this.lineStops(hits, place, past), recounted ? null : past)) return 'stopped';
      this.counted = run.event;
      const stop = this.take(this.stops.after());
      if (stop) return 'stopped';
      if (!keepGoing()) return 'more';
    }
    run.advance(time);
    return 'reached';
  }

  /** Goes back to the last hit; returns false, at the old place, when there is none. Yields between events. */
  *back(movedOn: boolean): Generator<void, boolean> {
    const { run, scope } = this;
    const from = scope.at;
    const here = { event: run.event, at: from };
    scope.leave();
    let to = run.event;
    let part: Halted | null = from;
    this.forget();
    do {
      const start = this.stops.counts ? 0 : (run.checkpoints.before(Math.max(0, to - 1))?.event ?? 0);
      const limit = from || movedOn || to < here.event ? to : to - 1;
      const met = yield* this.search(start, to, limit, part);
      if (met) {
        this.goTo(met);
        return true;
      }
      part = null;
      to = start;
    } while (to > 0);
    if (here.at) scope.goto(here.at.event, here.at.call, here.at.insn);
    else run.seekEvent(here.event);
    return false;
  }

  private goTo({ event, place }: Met): void {
    if (place) this.scope.goto(event, place.call, place.insn);
    else this.run.seekEvent(event);
  }

  /** Finds the last stop in the events after `start` up to `to`, and in part of the next one. */
  private *search(start: number, to: number, limit: number, part: Halted | null): Generator<void, Met | null> {
    const { run, scope, stops } = this;
    run.seekEvent(start);
    stops.begin(start === 0);
    const all: { last: Met | null } = { last: null };
    const look = (hits: readonly Hit[]): void => {
      for (const { event, place } of hits.filter(stopsAt)) all.last = { event, place };
    };
    while (run.event < to) {
      this.runEvent((hits) => {
        look(hits);
        return false;
      }, null);
      const hits = stops.after();
      if (run.event <= limit) look(hits);
      yield;
    }
    if (part && stops.lines.length > 0) {
      scope.watched((place, registers) => {
        if (place.call === part.call && place.insn === part.insn) return true;
        look(stops.at(place, registers));
        return false;
      });
      scope.leave();
    }
    return all.last;
  }

  /** Runs the next event, under a watch if there are breaks on lines. `from`: excludes places already counted. */
  private runEvent(meets: (hits: readonly Hit[], place: Place) => boolean, from: PlaceTest | null): boolean {
    const { run, scope, stops } = this;
    if (stops.lines.length === 0) {
      run.step();
      return false;
    }
    return scope.watched(
      (place, registers) => (from === null || from(place)) && meets(stops.at(place, registers), place),
    );
  }

  private lineStops(hits: readonly Hit[], place: Place, past: PlaceTest): boolean {
    return past(place) && this.take(hits);
  }

  /** Prints traced hits; returns true when a hit stops. */
  private take(hits: readonly Hit[]): boolean {
    for (const hit of hits) if (!stopsAt(hit)) this.traced.add(hit);
    this.met = hits.find(stopsAt) ?? null;
    return this.met !== null;
  }

  /** Brings the counts up to the present place, by a run from the beginning unless they are current or not needed. */
  private prepare(): boolean {
    const { run, stops } = this;
    if (this.counted === run.event) return false;
    const { event } = run;
    if (!stops.counts) {
      stops.begin(false);
      return false;
    }
    run.seekEvent(0);
    stops.begin(true);
    while (run.event < event) {
      this.runEvent(() => false, null);
      stops.after();
    }
    return true;
  }
}
