/* The bar below the lifecycle: actions on the selected map, and, where maps wait to be freed, their waits. */
import { SITUATION_WORDS } from '../../views/lifecycle/edges.ts';
import { readySituation } from '../../views/modules/ready.ts';
import type { MapSnapshot } from '../../engine/index.ts';
import { MAP_VERBS } from '../../page/commands/map.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { late } from '../controls/guard.tsx';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';

const OfferBar = late('The offer', () => import('./offer-bar.tsx').then((m) => m.OfferBar));
const GraceBar = late('The waits', () => import('./grace-bar.tsx').then((m) => m.GraceBar));

function situation(map: MapSnapshot): string {
  if (map.inGrace) return 'no reference: its grace periods pass';
  if (map.state === 'READY') return SITUATION_WORDS[readySituation(map)];
  if (map.state === 'TOBEFREE' && map.refcnt === 0) return 'unused, kept by an fd or a pin';
  return '';
}

export function MapBar() {
  const cold = useLab((state) => state.cold);
  const letter = useChoices((state) => state.selection.map);
  const map = cold?.maps.find((one) => one.letter === letter);
  const waiting = cold?.maps.filter(({ inGrace }) => inGrace) ?? [];
  const held = cold?.heldClocks ?? [];
  return (
    <>
      <OfferBar />
      {(waiting.length > 0 || held.length > 0) && <GraceBar waiting={waiting} held={held} />}
      {map && (
        <div className="map-bar" role="toolbar" aria-label={`Map ${map.letter}`}>
          <b>Map {map.letter}</b>
          <span className="note">{situation(map)}</span>
          {MAP_VERBS.filter(({ links, shown }) => (!links || map.forLinks) && (shown?.(map) ?? true)).map(
            ({ id, word, title }) => (
              <button
                key={id}
                type="button"
                className="button small"
                title={title}
                onClick={() => runCommand(`map.${id}`, { map: map.letter })}
              >
                {word}
              </button>
            ),
          )}
        </div>
      )}
    </>
  );
}
