/* A command chosen in the palette runs with the next frame, when the palette has given the focus back; a key pressed before that comes after it. */
let waiting: (() => void) | null = null;

/** Runs what waits, now. */
export function runWaiting(): void {
  const act = waiting;
  waiting = null;
  act?.();
}

export function runSoon(act: () => void): void {
  runWaiting();
  waiting = act;
  requestAnimationFrame(runWaiting);
}
