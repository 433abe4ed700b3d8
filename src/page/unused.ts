/* Finds maps registered by the user that no connection uses yet, to suggest connecting one. */
import type { ColdSnapshot, MapLetter, MapSnapshot, Scenario } from '../engine/index.ts';
import { TCP_STRUCT } from './commands/tcp-struct.ts';

/** Letters used by the scenario's own steps. */
function lettersOf({ steps }: Scenario): Set<MapLetter> {
  return new Set(
    steps.flatMap(({ command: c }) => (c.do === 'load' || c.do === 'insmod' || c.do === 'load-object' ? [c.map] : [])),
  );
}

const isRegistered = ({ state, holders }: MapSnapshot): boolean =>
  state === 'INUSE' || (state === 'READY' && holders.some(({ kind }) => kind === 'link'));

/** Registered congestion controls other than the scenario's, without a connection, oldest first. */
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
