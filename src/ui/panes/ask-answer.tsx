/*
 * Answers to questions about the run: rows to step through, maps with histograms, lanes, differences, and errors with
 * their places.
 */
import { type KeyboardEvent, useRef } from 'react';
import type { QueryAnswer, WatchAnswer } from '../../engine/index.ts';
import type { QueryReply } from '../../protocol/asks/query.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { showLane, useLane } from '../../page/store/lane.ts';
import { laneScenes } from '../../views/ask/lanes.ts';
import { timeText } from '../../views/words.ts';
import { Differences } from './ask-diff.tsx';

export function Reply({ text, reply }: { readonly text: string; readonly reply: QueryReply }) {
  switch (reply.kind) {
    case 'wrong':
      return (
        <div role="alert">
          <pre className="mono">{`${text}\n${' '.repeat(reply.at)}^`}</pre>
          <p className="problem">{reply.problem}.</p>
          <p className="note">Expected: {reply.expected}.</p>
        </div>
      );
    case 'answer':
      return <Answer answer={reply.answer} />;
    case 'watch':
      return <Lanes text={text.replace(/^\s*watch\s+/, '')} watch={reply.watch} />;
    case 'diff':
      return <Differences diff={reply.diff} />;
    default:
      return reply satisfies never;
  }
}

const STEPS: Readonly<Record<string, number>> = { n: 1, p: -1, ArrowDown: 1, ArrowUp: -1 };

function Answer({ answer: { summary, rows, maps } }: { readonly answer: QueryAnswer }) {
  const list = useRef<HTMLUListElement>(null);
  const walk = (event: KeyboardEvent): void => {
    const step = Object.hasOwn(STEPS, event.key) ? STEPS[event.key] : undefined;
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    if (step === undefined || buttons.length === 0 || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const at = buttons.findIndex((button) => button === document.activeElement);
    const next = buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)];
    next?.focus();
    next?.click();
  };
  return (
    <>
      <p role="status">
        <b>{summary}</b>
      </p>
      {maps.map(({ name, entries }) => (
        <table key={name} aria-label={name}>
          <caption className="mono">{name}</caption>
          <tbody>
            {entries.map(({ key, value, buckets }) => (
              <tr key={key.join(' ')}>
                <th scope="row" className="mono">
                  {key.join(', ') || name}
                </th>
                <td>{buckets.length > 0 ? <Histogram buckets={buckets} /> : value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
      <ul ref={list} data-keys="N P" onKeyDown={walk} aria-label="Rows of the answer: N and P walk through them">
        {rows.map(({ time, text }, i) => (
          <li key={i}>
            <button type="button" className="row-button" onClick={() => runCommand('time.seek', { time })}>
              <span className="note">{timeText(time)}</span> <span className="mono">{text}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

type Buckets = QueryAnswer['maps'][number]['entries'][number]['buckets'];

const edge = (n: number): string => (Number.isFinite(n) ? n.toLocaleString('en') : '…');

/** Bars in proportion to their counts, with the numbers beside them. */
function Histogram({ buckets }: { readonly buckets: Buckets }) {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  return (
    <ul className="histogram">
      {buckets.map(({ low, high, count }) => (
        <li key={low}>
          <span className="mono histogram-range">
            {edge(low)} to {edge(high)}
          </span>
          <meter min={0} max={most} value={count} aria-label={`${edge(low)} to ${edge(high)}: ${count} values`} />
          <span className="mono">{count.toLocaleString('en')}</span>
        </li>
      ))}
    </ul>
  );
}

const WIDTH = 300;
const HEIGHT = 40;

function Lanes({ text, watch }: { readonly text: string; readonly watch: WatchAnswer }) {
  const shown = useLane((state) => state.text);
  const lanes = laneScenes(watch, WIDTH, HEIGHT);
  if (lanes.length === 0) return <p className="note">No connection had a value in this run.</p>;
  return (
    <>
      <p className="row">
        <button
          type="button"
          className="button small"
          aria-pressed={shown === text}
          onClick={() => showLane(shown === text ? null : text)}
        >
          {shown === text ? 'Take the lane out of the timeline' : 'Show it as a lane of the timeline'}
        </button>
      </p>
      <ul aria-label="The expression over the run, by connection">
        {lanes.map(({ socket, path, words }) => (
          <li key={socket}>
            <span>socket {socket}</span> <span className="note">{words}</span>
            <svg
              className="lane"
              role="img"
              aria-label={`socket ${socket}: ${words}`}
              viewBox={`0 -1 ${WIDTH} ${HEIGHT + 2}`}
              preserveAspectRatio="none"
              onClick={({ currentTarget, clientX }) => {
                const { left, width } = currentTarget.getBoundingClientRect();
                runCommand('time.seek', { time: Math.round(((clientX - left) / width) * watch.until) });
              }}
            >
              <path d={path} fill="none" stroke="currentColor" vectorEffect="non-scaling-stroke" />
            </svg>
          </li>
        ))}
      </ul>
    </>
  );
}
