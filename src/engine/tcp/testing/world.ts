/** A stack on its own, for tests: the shipped BTF, no struct_ops core. */
import { readFileSync } from 'node:fs';
import type { Btf } from '../../btf/btf.ts';
import { openBtf } from '../../btf/read.ts';
import { EventQueue } from '../../net/event-queue.ts';
import type { PathConfig } from '../../net/dumbbell.ts';
import { KernelFunctions } from '../../vm/functions.ts';
import { Memory } from '../../vm/memory.ts';
import { Text } from '../../vm/text.ts';
import { cursorClass } from '../../net/record.ts';
import type { TcpObserver, TcpSock } from '../stack.ts';
import { Tcp, type TcpParts } from '../tcp.ts';

const FOLDER = new URL('../../../../public/btf/', import.meta.url);

export function readBtf(profile = 'v6.12'): Btf {
  const bytes = (ext: string) => new Uint8Array(readFileSync(new URL(`${profile}.${ext}`, FOLDER)));
  const btf = openBtf(bytes('btf'), new Uint32Array(bytes('ids').buffer));
  if (!btf.ok) throw new Error(btf.error.message);
  return btf.value;
}

export interface World {
  readonly memory: Memory;
  readonly events: EventQueue;
  readonly text: Text;
  readonly functions: KernelFunctions;
  readonly tcp: Tcp;
  /** runs all events up to that engine time, s */
  readonly runTo: (seconds: number) => void;
}

export function makeWorld(path: PathConfig, observer: TcpObserver = {}, seed = 1, rules?: TcpParts['rules']): World {
  const memory = new Memory();
  const events = new EventQueue(memory);
  const text = new Text(memory);
  const functions = new KernelFunctions();
  const refs = { get: () => true, put: () => {} };
  const tcp = new Tcp({ memory, events, text, functions, btf: readBtf(), refs, path, seed, observer, rules });
  const runTo = (seconds: number): void => {
    const end = Math.round(seconds * 1e9);
    while (events.nextTime <= end) events.step();
    events.advanceTo(end);
  };
  return { memory, events, text, functions, tcp, runTo };
}

/** A cursor of the test's own. */
export function sockCursor(world: World): TcpSock {
  return new (cursorClass(world.tcp.offsets.sock.layout))(world.memory);
}
