/* A text that is registered besides the scenario's: what is done for it, as commands of the run. */
import { type Command, explain, freeLetter, type Lab, nextLink } from '../engine/index.ts';
import { refusalAfter } from './refusals.ts';

/** Loads a text under the next letter and registers it; a generator, because a link is made only where the map wants one. */
export function* commandsToRegister(lab: Lab, name: string, text: string): Generator<Command, void> {
  const map = freeLetter(lab.machine.user.state.maps.map(({ letter }) => letter));
  const process = `loader-${map.toLowerCase()}`;
  const { event } = lab.position;
  yield { do: 'spawn', process };
  yield { do: 'load', process, map, text: name, source: text };
  yield { do: 'register', process, map };
  const { user } = lab.machine;
  if (user.map(map)?.forLinks) yield { do: 'link', process, map, link: nextLink(user.state.links.keys()) };
  // a loader that is refused gives up, and its map goes with it
  if (refusalAfter(lab.history, event, explain)) yield { do: 'exit', process };
}
