/*
 * Detects an engine that no longer answers. Programs cannot cause that, because they run on fuel; it guards against bugs of the engine
 * itself. Silence counts only while the page is visible and its own timer is on time, since a sleeping or busy page hears nothing either.
 * The engine does long work in slices and sends a heartbeat for each, so a second of silence means that it hangs. If it has answered slowly
 * of late, because the machine is busy, it gets more time.
 */
export interface Watchdog {
  /** call for every message received */
  readonly heard: () => void;
  /** call about every `TICK_MS` */
  readonly tick: (now: number, visible: boolean) => void;
}

export interface WatchdogActs {
  readonly ping: () => void;
  /** called after silence of `ASK_MS`, and with false when the engine answers again */
  readonly ask: (asking: boolean) => void;
  /** called after more silence than any work causes */
  readonly end: () => void;
}

export const TICK_MS = 100;
const ASK_MS = 500;
/** Silence after which the engine is ended, ms; a new one is ready within another second. */
const END_MS = 1000;
const LONGEST_END_MS = 3000;
/** Silence up to this many times the longest recent one is no sign of an end. */
const PATIENCE = 4;
/** Factor by which the longest recent silence shrinks at each answer. */
const FORGETTING = 0.9;
/** Delay of a tick from which the page itself counts as busy, ms. */
const LATE_MS = 250;

export function createWatchdog(acts: WatchdogActs): Watchdog {
  let last = Number.NaN;
  let silent = 0;
  /** longest recent wait for an answer, ms */
  let slowest = 0;
  let waiting = false;
  let asking = false;

  const setAsking = (value: boolean): void => {
    if (asking !== value) acts.ask(value);
    asking = value;
  };

  return {
    heard: () => {
      waiting = false;
      slowest = Math.max(silent, slowest * FORGETTING);
      silent = 0;
      setAsking(false);
    },
    tick: (now, visible) => {
      const passed = now - last;
      last = now;
      if (!visible) silent = 0;
      else if (waiting && passed <= LATE_MS) silent += passed;
      if (!waiting) {
        waiting = true;
        acts.ping();
      }
      if (silent >= Math.min(LONGEST_END_MS, Math.max(END_MS, slowest * PATIENCE))) {
        waiting = false;
        silent = 0;
        slowest = 0;
        acts.end();
      } else if (silent >= ASK_MS) setAsking(true);
    },
  };
}
