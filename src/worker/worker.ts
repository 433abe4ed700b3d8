import type { FromWorker, ToWorker } from '../protocol/messages.ts';
import { Session } from './session.ts';

const scope = self as DedicatedWorkerGlobalScope;
const post = (message: FromWorker, transfer: Transferable[] = []) => scope.postMessage(message, transfer);
const session = new Session({ post, clock: () => performance.now() });

/** A message to ourselves runs after the page's messages that are already queued. */
const turn = new MessageChannel();
let turning = false;

function again(): void {
  if (turning || !session.busy) return;
  turning = true;
  turn.port2.postMessage(null);
}

function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    post({ type: 'crash', message: error instanceof Error ? error.message : String(error) });
  }
  again();
}

turn.port1.onmessage = () => {
  turning = false;
  guarded(() => session.slice());
};

scope.onmessage = ({ data }: MessageEvent<ToWorker>) => guarded(() => session.receive(data));
