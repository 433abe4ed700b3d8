import type { LifecycleState } from '../../engine/index.ts';
import { select, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';

/** Glyphs of the states, in addition to colour. */
const GLYPH: Readonly<Record<LifecycleState, string>> = {
  INIT: '○',
  READY: '◎',
  INUSE: '●',
  TOBEFREE: '◍',
  FREED: '✕',
};

/** Badges of maps with their states, at the head of the Lifecycle pane; pressing one selects the map. */
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
            title={`Actions on map ${letter}`}
            onClick={() => select({ map: letter === selected ? null : letter, socket: null })}
          >
            <span aria-hidden="true">{GLYPH[state]}</span> {letter} <span className="badge-state">{state}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
