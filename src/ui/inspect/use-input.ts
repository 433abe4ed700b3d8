/* Input of all views of the inspector: the bytes at the cursor, and the highlighted field. */
import { useCallback, useEffect } from 'react';
import type { Hit } from '../../views/scene.ts';
import { NO_VALUES, type StructInput } from '../../views/struct/fields.ts';
import { watch } from '../../page/engine/engine.ts';
import type { Frame } from '../../page/frame-source.ts';
import { useBefore } from '../panes/bytes-before.ts';
import { useChoices } from '../../page/store/choices.ts';
import { setInspect, useInspect } from '../../page/store/inspect.ts';
import type { Shown } from './shown.ts';

/** Requests the bytes from the engine, once for all panes. */
export function useBytes({ address, length }: Pick<Shown, 'address' | 'length'>): void {
  useEffect(() => {
    watch('inspect', address > 0 ? [{ address, length }] : []);
    return () => watch('inspect', []);
  }, [address, length]);
}

export type InputOf = (frame: Frame | null, scroll?: number) => StructInput;

/** Makes the views' input from a frame; null gives the parts that do not depend on it. */
export function useInput(shown: Shown): InputOf {
  const { address, length, layout, map, read, resolve, name } = shown;
  const side = useChoices((state) => state.copy);
  const selected = useChoices((state) => state.selection.field);
  const hovered = useInspect((state) => state.hovered);
  const flipped = useInspect((state) => state.flipped);
  const before = useBefore(address, length);
  return useCallback(
    (frame, scroll = 0) => {
      const bytes = frame && address > 0 ? read(frame, { address, length }, side) : null;
      return {
        name,
        rows: layout?.rows ?? [],
        bytes: bytes ?? new Uint8Array(length),
        before: frame && bytes && before(frame),
        lit: hovered ?? selected,
        // no values before the bytes arrive
        resolve: frame && !bytes ? NO_VALUES : resolve,
        state: map?.state ?? null,
        scroll,
        flipped,
      };
    },
    [address, length, layout, map, read, resolve, name, side, selected, hovered, flipped, before],
  );
}

export const onHover = (hit: Hit | null): void => {
  const path = hit?.action?.args.path;
  setInspect({ hovered: typeof path === 'string' ? path : null });
};
