import { useRef } from 'react';
import type { LifecycleState, MapLetter } from '../../engine/index.ts';
import { select, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { Choice } from '../controls/choice.tsx';
import { useMeasured } from '../controls/use-measured.ts';

/** Glyphs of the states, in addition to colour. */
const GLYPH: Readonly<Record<LifecycleState, string>> = {
  INIT: '○',
  READY: '◎',
  INUSE: '●',
  TOBEFREE: '◍',
  FREED: '✕',
};

/** Space between badges, px, at most. */
const GAP = 4;

/** Whether all items would have room if the menu of the others were not there: otherwise it would never go away. */
function fitsWithoutMenu(list: HTMLElement): boolean {
  const { nextElementSibling: menu } = list;
  const items = [...list.children].map((item) => item.getBoundingClientRect().width);
  const needed = items.reduce((sum, width) => sum + width + GAP, 0);
  const room = list.clientWidth + (menu?.matches('.more-maps') ? menu.getBoundingClientRect().width : 0);
  return needed <= room;
}

/** Number of a list's items that have room: all, or those in its first line. */
function roomyItems(list: HTMLElement): number {
  if (fitsWithoutMenu(list)) return Number.POSITIVE_INFINITY;
  const { bottom } = list.getBoundingClientRect();
  return [...list.children].filter((item) => item.getBoundingClientRect().top < bottom - 1).length;
}

/** Badges of maps with their states, at the head of the Lifecycle pane; pressing one selects the map. A menu has those without room. */
export function MapBadges() {
  const selected = useChoices((state) => state.selection.map);
  const cold = useLab((state) => state.cold);
  const list = useRef<HTMLUListElement>(null);
  const count = useMeasured(list, Number.POSITIVE_INFINITY, roomyItems);
  const maps = (cold?.maps.filter(({ state }) => state !== 'FREED') ?? []).toReversed();
  const rest = maps.slice(count);
  const choose = (letter: MapLetter): void => select({ map: letter === selected ? null : letter, socket: null });
  return (
    <>
      <ul className="badges" aria-label="Maps" ref={list}>
        {maps.map(({ letter, state }, i) => (
          <li key={letter} className={i < count ? undefined : 'without-room'}>
            <button
              type="button"
              className="badge"
              data-state={state}
              aria-pressed={letter === selected}
              title={`Actions on map ${letter}`}
              onClick={() => choose(letter)}
            >
              <span aria-hidden="true">{GLYPH[state]}</span> {letter} <span className="badge-state">{state}</span>
            </button>
          </li>
        ))}
      </ul>
      {rest.length > 0 && (
        <span className="more-maps">
          <Choice
            label="More maps"
            value={selected ?? ''}
            items={rest.map(({ letter, state }) => ({
              value: letter,
              title: `${GLYPH[state]} ${letter}`,
              note: state,
            }))}
            onChoose={(value) => {
              const map = rest.find(({ letter }) => letter === value);
              if (map) choose(map.letter);
            }}
          >
            +{rest.length}
          </Choice>
        </span>
      )}
    </>
  );
}
