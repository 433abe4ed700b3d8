import type { LifecycleState } from '../../engine/index.ts';
import { select, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';

/** The second channel beside colour (the palette's glyphs). */
const GLYPH: Readonly<Record<LifecycleState, string>> = {
  INIT: '○',
  READY: '◎',
  INUSE: '●',
  TOBEFREE: '◍',
  FREED: '✕',
};

/** Each map with its state, at the head of the Lifecycle pane; pressing one selects it. */
export function MapBadges() {
  const selected = useChoices((state) => state.selection.map);
  const cold = useLab((state) => state.cold);
  const maps = cold?.maps.filter(({ state }) => state !== 'FREED') ?? [];
  return (
    <ul className="badges" aria-label="Maps">
      {maps.toReversed().map(({ letter, state }) => (
        <li key={letter}>
          <button
            type="button"
            className="badge"
            data-state={state}
            aria-pressed={letter === selected}
            title={`Map ${letter}: what can be done to it`}
            onClick={() => select({ map: letter === selected ? null : letter, socket: null })}
          >
            <span aria-hidden="true">{GLYPH[state]}</span> {letter} <span className="badge-state">{state}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
