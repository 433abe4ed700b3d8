/*
 * The only user of requestAnimationFrame. A frame first runs pending actions (decode the worker's message, handle a
 * pointer), then draws, so that nothing is drawn twice in a frame or mixes two moments.
 */
type Work = () => void;

let asked: Work[] = [];
const draws = new Set<Work>();
let scheduled = false;
let isKept = false;

function run(): void {
  scheduled = false;
  if (isKept) requestDraw();
  const now = asked;
  asked = [];
  for (const action of now) action();
  for (const draw of draws) draw();
}

/** Requests a frame. */
function requestDraw(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(run);
}

/** Requests each next frame from the one before: while playing that costs less than a request from each message. */
export function keepDrawing(keep: boolean): void {
  isKept = keep;
  if (keep) requestDraw();
}

/** Runs an action at the start of the next frame. */
export function act(action: Work): void {
  asked.push(action);
  requestDraw();
}

/** Draws in every frame from now on, until the returned function is called. */
export function onDraw(draw: Work): () => void {
  draws.add(draw);
  requestDraw();
  return () => draws.delete(draw);
}
