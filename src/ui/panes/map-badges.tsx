import type { LifecycleState } from '../../engine/index.ts';
import { useLab } from '../store/lab.ts';

/** The second channel beside colour (the palette's glyphs). */
const GLYPH: Readonly<Record<LifecycleState, string>> = {
  INIT: '○',
  READY: '◎',
  INUSE: '●',
  TOBEFREE: '◍',
  FREED: '✕',
};

/** Each map with its state, at the head of the Lifecycle pane. */
export function MapBadges() {
  const cold = useLab((state) => state.cold);
  const maps = cold?.maps.filter(({ state }) => state !== 'FREED') ?? [];
  return (
    <ul className="badges" aria-label="Maps">
      {maps.toReversed().map(({ letter, state }) => (
        <li key={letter} className="badge" data-state={state}>
          <span aria-hidden="true">{GLYPH[state]}</span> {letter} <span className="badge-state">{state}</span>
        </li>
      ))}
    </ul>
  );
}
