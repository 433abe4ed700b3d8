import type { Answerer } from './answerer.ts';

/** Most words shown at once. */
const MOST_WORDS = 60;

export const complete: Answerer<'complete'> = ({ late }, { machine }, { text }, answer) => {
  const { kernel, tcp } = machine;
  const { maps, progs, links, pins, processes } = kernel.state;
  const living = Object.values(processes).filter(({ alive }) => alive);
  const named = ({ id, name }: { readonly id: number; readonly name: string }) => ({ id, name });
  const { from, words } = late.complete(text, {
    files: machine.fileNames(),
    maps: Object.values(maps).map(named),
    progs: Object.values(progs).map(named),
    flows: tcp.list().map(({ id }) => id),
    controls: tcp.congestion.cold.list.map(({ name }) => name),
    links: Object.values(links).map(({ id }) => id),
    pins: Object.keys(pins),
    processes: living.map(({ pid, fds }) => ({ pid, fds: Object.keys(fds).map(Number) })),
  });
  answer({ from, words: words.slice(0, MOST_WORDS), shared: late.sharedPrefix(words) });
};
