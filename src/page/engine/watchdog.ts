/*
 * Detects an engine that no longer answers. Programs cannot cause that, because they run on fuel; it guards against
 * bugs of the engine itself. Silence counts only while the page is visible and its own timer is on time, since a
 * sleeping or busy page hears nothing either.
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
  /** called after silence of `END_MS` */
  readonly end: () => void;
}

export const TICK_MS = 100;
const ASK_MS = 500;
const END_MS = 3000;
/** Delay of a tick from which the page itself counts as busy, ms. */
const LATE_MS = 250;

export function createWatchdog(acts: WatchdogActs): Watchdog {
  let last = Number.NaN;
  let silent = 0;
  let waiting = false;
  let asking = false;

  const setAsking = (value: boolean): void => {
    if (asking !== value) acts.ask(value);
    asking = value;
  };

  return {
    heard: () => {
      waiting = false;
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
      if (silent >= END_MS) {
        waiting = false;
        silent = 0;
        acts.end();
      } else if (silent >= ASK_MS) setAsking(true);
    },
  };
}
