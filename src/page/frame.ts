/*
 * The one owner of requestAnimationFrame. A frame first carries out what has been asked (decode what the worker sent,
 * answer a pointer), then draws; so that nothing is drawn twice in a frame, or from two different moments.
 */
type Work = () => void;

let asked: Work[] = [];
const draws = new Set<Work>();
let scheduled = false;

function run(): void {
  scheduled = false;
  const now = asked;
  asked = [];
  for (const action of now) action();
  for (const draw of draws) draw();
}

/** Asks for a frame, whether or not anything was asked of it. */
function requestDraw(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(run);
}

/** Does something at the start of the next frame. */
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
