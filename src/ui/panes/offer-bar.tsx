import { runCommand } from '../../page/commands/registry.ts';
import { editorLink } from '../../page/store/editor-link.ts';
import { useLab } from '../../page/store/lab.ts';
import { unusedMaps } from '../../page/unused.ts';

/** Focuses the editor, because the bar goes away with its buttons. */
function takeOffer(command: 'map.connect' | 'map.use', map: string): void {
  runCommand(command, { map });
  editorLink()?.focus();
}

/** Suggests two ways to use a map that the user registered. */
export function OfferBar() {
  const cold = useLab((state) => state.cold);
  const scenario = useLab((state) => state.scenario);
  const map = cold && scenario ? unusedMaps(cold, scenario).at(-1) : undefined;
  if (!map) return null;
  const { letter, ccName } = map;
  return (
    <div className="map-bar" role="status">
      <span>
        <b>{ccName}</b> is registered as map {letter}, no connection uses it
      </span>
      <button type="button" className="button small" onClick={() => takeOffer('map.connect', letter)}>
        Connect one
      </button>
      <button
        type="button"
        className="button small"
        title="Every open connection changes to it (setsockopt TCP_CONGESTION)"
        onClick={() => takeOffer('map.use', letter)}
      >
        Use it here
      </button>
    </div>
  );
}
