import type { FromWorker, ToWorker } from '../protocol/messages.ts';
import { Session } from './session.ts';

const scope = self as DedicatedWorkerGlobalScope;
const post = (message: FromWorker, transfer: Transferable[] = []) => scope.postMessage(message, transfer);
const session = new Session({ post, clock: () => performance.now() });

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
