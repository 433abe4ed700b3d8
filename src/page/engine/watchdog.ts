/*
 * Notices an engine that no longer answers. Programs cannot cause that (they run on fuel): it is for bugs of the engine
 * itself. Silence counts only while the page is visible and its own clock is on time, for a page that sleeps or is busy
 * hears nothing either.
 */
export interface Watchdog {
  /** a message came */
  readonly heard: () => void;
  /** call about every `TICK_MS` */
  readonly tick: (now: number, visible: boolean) => void;
}

export interface WatchdogActs {
  readonly ping: () => void;
  /** silent for `ASK_MS`; and again with false once it spoke */
  readonly ask: (asking: boolean) => void;
  /** silent for `END_MS` */
  readonly end: () => void;
}

export const TICK_MS = 100;
const ASK_MS = 500;
const END_MS = 3000;
/** A tick this late says that the page itself was busy. */
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
