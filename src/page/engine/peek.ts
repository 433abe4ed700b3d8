/* Reads bytes of the machine once. */
import type { MemoryWindow } from '../../protocol/moves.ts';
import { onDraw } from '../frame.ts';
import { currentFrame } from '../frame-source.ts';
import { watch } from './engine.ts';

const PATIENCE_MS = 400;
let count = 0;

/** Reads bytes; null when no frame with them arrives in time. */
export function peek(window: MemoryWindow): Promise<Uint8Array | null> {
  count++;
  const name = `peek ${count}`;
  return new Promise((resolve) => {
    const finish = (bytes: Uint8Array | null): void => {
      end();
      clearTimeout(timer);
      watch(name, []);
      resolve(bytes);
    };
    const end = onDraw(() => {
      const bytes = currentFrame().bytes(window);
      if (bytes) finish(bytes);
    });
    const timer = setTimeout(() => finish(null), PATIENCE_MS);
    watch(name, [window]);
  });
}
