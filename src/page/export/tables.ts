/* Exports a run for other programs: series as CSV, calls and references as JSON, the sequence as a Mermaid diagram. */
import { type ColdSnapshot, errnoName, type History, entryOf } from '../../engine/index.ts';
import { ledgerOf } from '../../views/ledger/ledger.ts';

/** Series as CSV (RFC 4180), a row per point; times in milliseconds, windows in packets. */
export function seriesCsv({ series }: Pick<History, 'series'>): string {
  const head = 'time_ms,socket,map,cwnd,ssthresh,srtt_us,ca_state';
  const rows = series.flatMap(({ socket, map, time, cwnd, ssthresh, srttUs, caState }) =>
    Array.from({ length: time.length }, (_, i) =>
      [entryOf(time, i) / 1e6, socket, map ?? '', cwnd[i], ssthresh[i], srttUs[i], caState[i]].join(','),
    ),
  );
  return `${[head, ...rows].join('\r\n')}\r\n`;
}

/** Length of the bottleneck's queue over time as CSV, packets. */
export function queueCsv({ queue }: Pick<History, 'queue'>): string {
  const rows = Array.from(
    { length: queue.time.length },
    (_, i) => `${entryOf(queue.time, i) / 1e6},${queue.length[i]}`,
  );
  return `${['time_ms,packets', ...rows].join('\r\n')}\r\n`;
}

/** System calls as JSON, each with its answer and the outcomes of its checks. */
export const callsJson = ({ calls }: Pick<History, 'calls'>): string =>
  `${JSON.stringify(
    calls.map(({ n, time, process, text, ret, trace, message }) => ({
      n,
      time_ms: time / 1e6,
      process,
      call: text,
      answer: ret < 0 ? `-${errnoName(-ret)}` : ret,
      checks: trace.map(({ step, outcome }) => ({ step, outcome })),
      message,
    })),
    null,
    1,
  )}\n`;

/** References of each map over the whole run as JSON: who took and gave back each. */
export const ledgerJson = ({ maps }: Pick<ColdSnapshot, 'maps'>, history: History): string =>
  `${JSON.stringify(
    maps.map((map) => ({
      map: map.letter,
      id: map.id,
      name: map.ccName || map.name,
      references: ledgerOf(map, history, Number.POSITIVE_INFINITY).rows.map(({ time, who, change, sum, by }) => ({
        time_ms: time / 1e6,
        who,
        change,
        sum,
        by,
      })),
    })),
    null,
    1,
  )}\n`;

/** Mermaid ends a statement at a semicolon and reads `#` as an entity. */
const plain = (text: string): string => text.replaceAll('#', '').replaceAll(';', ',').replace(/\s+/g, ' ');

/** Mermaid `sequenceDiagram`: processes, the kernel, and a note for each change of a map's state. */
export function sequenceMermaid({ calls, transitions }: Pick<History, 'calls' | 'transitions'>): string {
  const processes = [...new Set(calls.map(({ process }) => process))];
  const nameOf = (process: string): string => `p${processes.indexOf(process)}`;
  const head = ['sequenceDiagram', ...processes.map((one) => `  participant ${nameOf(one)} as ${plain(one)}`)];
  const rows = calls.map(({ event, process, text, ret }) => {
    const answer = ret < 0 ? `-${errnoName(-ret)}` : String(ret);
    return { event, rank: 0, line: `  ${nameOf(process)}->>kernel: ${plain(text)} = ${answer}` };
  });
  const notes = transitions.map(({ event, map, from, to }) => ({
    event,
    rank: 1,
    line: `  Note over kernel: map ${map} ${from === null ? '' : `${from} to `}${to}`,
  }));
  const body = [...rows, ...notes].sort((a, b) => a.event - b.event || a.rank - b.rank).map(({ line }) => line);
  return `${[...head, '  participant kernel', ...body].join('\n')}\n`;
}
