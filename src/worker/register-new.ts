/* Commands of the run that register a text besides the scenario's. */
import { type Command, errnoName, explain, type Lab, nextLink } from '../engine/index.ts';
import { refusalAfter } from './refusals.ts';

/**
 * Whether the struct's reg() answered EOPNOTSUPP after an event, as bpf_dummy_ops always does (bpf_dummy_reg): the map stays, since its
 * members run by BPF_PROG_TEST_RUN.
 */
const isOnlyForTests = ({ history }: Lab, after: number): boolean =>
  history.calls.some(
    ({ event, name, ret }) =>
      event > after && name === 'BPF_MAP_UPDATE_ELEM' && ret < 0 && errnoName(-ret) === 'EOPNOTSUPP',
  );

/**
 * Loads a text under the next letter and registers it; a generator, because a link is made only if the map needs one.
 */
export function* commandsToRegister(lab: Lab, name: string, text: string): Generator<Command, void> {
  const map = lab.machine.user.freeLetter();
  const process = `loader-${map.toLowerCase()}`;
  const { event } = lab.position;
  yield { do: 'spawn', process };
  yield { do: 'load', process, map, text: name, source: text };
  yield { do: 'register', process, map };
  const { user } = lab.machine;
  if (user.map(map)?.forLinks) yield { do: 'link', process, map, link: nextLink(user.state.links.keys()) };
  // a refused loader exits, and its map is freed
  if (refusalAfter(lab.history, event, explain) && !isOnlyForTests(lab, event)) yield { do: 'exit', process };
}
