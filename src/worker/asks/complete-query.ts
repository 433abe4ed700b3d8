import type { Answerer } from './answerer.ts';

/** Most words shown at once. */
const MOST_WORDS = 60;

export const completeQuery: Answerer<'completeQuery'> = ({ late }, { machine, history }, { text }, answer) => {
  const { tcp, user } = machine;
  const { from, words } = late.completeQuestion(text, {
    maps: user.state.maps.map(({ letter }) => letter),
    sockets: tcp.list().map(({ id }) => id),
    programs: user.state.maps.flatMap(({ progs }) => progs.map(({ name, member }) => ({ name, member }))),
    processes: [...new Set(history.calls.map(({ process }) => process))],
    fields: Object.keys(tcp.offsets.sock.layout),
  });
  answer({ from, words: words.slice(0, MOST_WORDS), shared: late.sharedPrefix(words) });
};
