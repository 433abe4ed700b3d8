/* Commands of the run that register a text besides the scenario's. */
import { type Command, explain, freeLetter, type Lab, nextLink } from '../engine/index.ts';
import { refusalAfter } from './refusals.ts';

/**
 * Loads a text under the next letter and registers it; a generator, because a link is made only if the map needs one.
 */
export function* commandsToRegister(lab: Lab, name: string, text: string): Generator<Command, void> {
  const map = freeLetter(lab.machine.user.state.maps.map(({ letter }) => letter));
  const process = `loader-${map.toLowerCase()}`;
  const { event } = lab.position;
  yield { do: 'spawn', process };
  yield { do: 'load', process, map, text: name, source: text };
  yield { do: 'register', process, map };
  const { user } = lab.machine;
  if (user.map(map)?.forLinks) yield { do: 'link', process, map, link: nextLink(user.state.links.keys()) };
  // a refused loader exits, and its map is freed
  if (refusalAfter(lab.history, event, explain)) yield { do: 'exit', process };
}
