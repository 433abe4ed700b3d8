/* Members of a map that were called by hand, with their results. */
import { formatReturn, type History, type MapLetter } from '../../engine/index.ts';

export interface Answer {
  /** number of the call */
  readonly n: number;
  readonly time: number;
  readonly text: string;
  readonly refused: boolean;
}

/** Results up to call `last`, newest first; `names`: the function members of the map's struct. */
export function answersOf(history: History, map: MapLetter, names: readonly string[], last: number): Answer[] {
  const byHand = (name: string): boolean => name === 'BPF_PROG_TEST_RUN' || names.includes(name);
  return (
    history.calls
      // an impossible call has no map
      .filter((call) => (call.map === map || call.map === null) && call.n <= last && byHand(call.name))
      .map(({ n, time, event, text, ret, message }): Answer => {
        const said = history.messages.find((one) => one.event === event && one.source === 'call');
        if (said) return { n, time, text: said.text, refused: said.level === 'error' };
        const why = message === null ? '' : `: ${message}`;
        return {
          n,
          time,
          text: `${text} = ${formatReturn(ret)}${why}`,
          refused: ret < 0,
        };
      })
      .toReversed()
  );
}
