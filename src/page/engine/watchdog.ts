/*
 * Notices an engine that no longer answers. Programs cannot cause that (they run on fuel): it is for bugs of the engine
 * itself. Silence counts only while the page is visible and its own clock is on time, for a page that sleeps or is busy
 * hears nothing either. Long work of the engine is done in slices with a heartbeat each, so a second of silence is not
 * work; unless the machine is so busy that the engine has answered slowly before, and then it is given longer.
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
  /** silent for longer than any work takes */
  readonly end: () => void;
}

export const TICK_MS = 100;
const ASK_MS = 500;
/** A new engine stands within another second: two in all. */
const END_MS = 1000;
const LONGEST_END_MS = 3000;
/** So many times the longest silence of late is no sign of an end. */
const PATIENCE = 4;
/** What is left of that silence after each answer. */
const FORGETTING = 0.9;
/** A tick this late says that the page itself was busy. */
const LATE_MS = 250;

export function createWatchdog(acts: WatchdogActs): Watchdog {
  let last = Number.NaN;
  let silent = 0;
  /** the longest wait for an answer, of late, ms */
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
