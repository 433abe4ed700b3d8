/* The difference of two times of a run: what each map, reference, socket and counter was, and what it is. */
import type { Lab } from '../lab/lab.ts';

export interface DiffRow {
  /** `map A`, `socket 1`, `system calls` */
  readonly of: string;
  readonly what: string;
  readonly before: string;
  readonly after: string;
  /** the event that changed it last, where it is known; null: none is */
  readonly event: number | null;
}

type Facts = ReadonlyMap<string, string>;

const SEPARATOR = '\t';

function factsOf(lab: Lab): Facts {
  const facts = new Map<string, string>();
  const put = (of: string, what: string, value: string | number): void =>
    void facts.set(`${of}${SEPARATOR}${what}`, String(value));
  const cold = lab.cold();
  const hot = lab.hot();
  for (const { letter, state, refcnt, id, holders, pins } of cold.maps) {
    put(`map ${letter}`, 'state', state);
    put(`map ${letter}`, 'refcnt', refcnt);
    put(`map ${letter}`, 'id', id);
    put(
      `map ${letter}`,
      'holders',
      holders.map(({ kind, id: who }) => `${kind}${who === 0 ? '' : ` ${who}`}`).join(', ') || 'none',
    );
    if (pins.length > 0) put(`map ${letter}`, 'pins', pins.join(', '));
  }
  for (const { id, ccName, state } of cold.sockets) {
    put(`socket ${id}`, 'state', state);
    put(`socket ${id}`, 'congestion control', ccName);
  }
  for (const { socket, cwnd, ssthresh, srttUs, inflight, delivered, lost } of hot.flows) {
    for (const [what, value] of Object.entries({ cwnd, ssthresh, srttUs, inflight, delivered, lost }))
      put(`socket ${socket}`, what, value);
  }
  for (const { pid, name, alive, fds } of cold.processes) {
    put(`process ${name} (${pid})`, 'alive', alive ? 'yes' : 'no');
    put(`process ${name} (${pid})`, 'fds', fds.map(({ fd, text }) => `${fd}: ${text}`).join(', ') || 'none');
  }
  put('network', 'queue', hot.queueLength);
  put('network', 'drops', hot.drops);
  put('network', 'packets sent', hot.packetsSent);
  put('kernel', 'system calls', cold.lastCall);
  put('kernel', 'BPF instructions', hot.executedInsns);
  put('kernel', 'congestion controls', cold.available.join(' '));
  return facts;
}

/** The event that changed a fact last between the two: of the transitions, references and calls that were recorded. */
function changedBy({ history }: Lab, of: string, what: string, from: number, to: number): number | null {
  const letter = /^map (\S+)$/.exec(of)?.[1];
  const between = <R extends { readonly time: number; readonly event: number }>(
    rows: readonly R[],
    wanted: (row: R) => boolean,
  ): number | null => rows.findLast((row) => row.time > from && row.time <= to && wanted(row))?.event ?? null;
  if (letter !== undefined && what === 'state') return between(history.transitions, ({ map }) => map === letter);
  if (letter !== undefined) return between(history.refs, ({ map }) => map === letter);
  const socket = /^socket (\d+)$/.exec(of)?.[1];
  if (socket !== undefined) return between(history.calls, (call) => call.socket === Number(socket));
  const process = /^process (\S+)/.exec(of)?.[1];
  return process === undefined ? null : between(history.calls, (call) => call.process === process);
}

/** Moves the lab to both times, ns; it stands at the later one afterwards. */
export function diffTimes(lab: Lab, a: number, b: number): DiffRow[] {
  const [from, to] = a <= b ? [a, b] : [b, a];
  lab.seek(from);
  const before = factsOf(lab);
  lab.seek(to);
  return compareFacts(before, factsOf(lab), (of, what) => changedBy(lab, of, what, from, to));
}

/** Two runs where they stand, as of the same time on two branches. */
export function diffLabs(a: Lab, b: Lab): DiffRow[] {
  return compareFacts(factsOf(a), factsOf(b), () => null);
}

function compareFacts(before: Facts, after: Facts, by: (of: string, what: string) => number | null): DiffRow[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return keys.flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    if (was === is) return [];
    const [of, what] = key.split(SEPARATOR);
    return [{ of, what, before: was ?? 'not there', after: is ?? 'gone', event: by(of, what) }];
  });
}
