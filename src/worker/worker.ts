import type { FromWorker, ToWorker } from '../protocol/messages.ts';
import { whileWorking } from '../engine/index.ts';
import type * as LatePart from './late.ts';
import { Session } from './session.ts';

const scope = self as DedicatedWorkerGlobalScope;
const post = (message: FromWorker, transfer: Transferable[] = []) => scope.postMessage(message, transfer);
whileWorking(() => post({ type: 'heartbeat', job: 'long work', progress: null }));
let late: typeof LatePart | null = null;
let fetching: Promise<void> | null = null;
/** the last fetch failed; the next one starts when the part is needed again */
let lateFailed = false;

/** Fetches the late part, after the first picture or when it is needed. */
function fetchLate(): void {
  lateFailed = false;
  fetching ??= import('./late.ts').then(
    (module) => {
      module.engine.installLateTools();
      late = module;
    },
    () => {
      fetching = null;
      lateFailed = true;
    },
  );
}
const BEHIND_MS = 1500;
scope.setTimeout(fetchLate, BEHIND_MS);

const session = new Session({
  post,
  clock: () => performance.now(),
  late: () => late?.engine ?? null,
  answerAsk: () => late?.answerAsk ?? null,
  lateFailed: () => lateFailed,
  fetchLate,
});

/** A message to ourselves runs after the page's messages that are already queued. */
const turn = new MessageChannel();
let turning = false;
let timer = 0;

function again(): void {
  const { due } = session;
  if (turning || due === null) return;
  clearTimeout(timer);
  if (due > 0) {
    timer = scope.setTimeout(takeTurn, due);
    return;
  }
  turning = true;
  turn.port2.postMessage(null);
}

function takeTurn(): void {
  turning = false;
  guarded(() => session.slice());
}

function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    post({ type: 'crash', message: error instanceof Error ? error.message : String(error) });
  }
  again();
}

turn.port1.onmessage = takeTurn;

scope.onmessage = ({ data }: MessageEvent<ToWorker>) => guarded(() => session.receive(data));
