/* Maps that were registered by hand and that no connection uses: whoever wrote one wants to see it run. */
import type { ColdSnapshot, MapLetter, MapSnapshot, Scenario } from '../engine/index.ts';
import { TCP_STRUCT } from './commands/tcp-struct.ts';

/** Letters that the scenario's own steps give. */
function lettersOf({ steps }: Scenario): Set<MapLetter> {
  return new Set(
    steps.flatMap(({ command: c }) => (c.do === 'load' || c.do === 'insmod' || c.do === 'load-object' ? [c.map] : [])),
  );
}

const isRegistered = ({ state, holders }: MapSnapshot): boolean =>
  state === 'INUSE' || (state === 'READY' && holders.some(({ kind }) => kind === 'link'));

/** Registered congestion controls that are none of the scenario's, without a connection, oldest first. */
export function unusedMaps({ maps }: Pick<ColdSnapshot, 'maps'>, scenario: Scenario): readonly MapSnapshot[] {
  const own = lettersOf(scenario);
  return maps.filter(
    (map) =>
      map.struct === TCP_STRUCT &&
      !own.has(map.letter) &&
      isRegistered(map) &&
      !map.holders.some(({ kind }) => kind === 'socket'),
  );
}
