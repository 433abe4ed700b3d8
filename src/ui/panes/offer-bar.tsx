import { runCommand } from '../../page/commands/registry.ts';
import { useLab } from '../../page/store/lab.ts';
import { unusedMaps } from '../../page/unused.ts';

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
      <button type="button" className="button small" onClick={() => runCommand('map.connect', { map: letter })}>
        Connect one
      </button>
      <button
        type="button"
        className="button small"
        title="Every open connection changes to it (setsockopt TCP_CONGESTION)"
        onClick={() => runCommand('map.use', { map: letter })}
      >
        Use it here
      </button>
    </div>
  );
}
