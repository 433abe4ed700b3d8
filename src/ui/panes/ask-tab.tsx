/*
 * Questions to the recorded run: a line in words of the field or as bpftrace spells it, `watch EXPRESSION` for a lane over
 * the whole run, `diff 1s 2s` for what changed between. Each row of an answer leads to its time; N and P walk through them.
 */
import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from 'react';
import type { QueryAnswer, WatchAnswer } from '../../engine/index.ts';
import type { QueryReply } from '../../protocol/asks/query.ts';
import { ask } from '../../page/engine/engine.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { commandsOf } from '../../page/branches.ts';
import { currentFrame } from '../../page/frame-source.ts';
import { lab } from '../../page/store/lab.ts';
import { laneScenes } from '../../views/ask/lanes.ts';
import { timeText } from '../../views/words.ts';
import { Branches } from './branches.tsx';

const EXAMPLES = [
  'who took of map A',
  'who gave back',
  'who wrote snd_ssthresh of socket 1',
  'when was TOBEFREE',
  'how often was loss',
  'longest TOBEFREE of map A',
  'first refusal',
  'struct_ops:cong_avoid { @[socket] = count(); }',
  'tcp:cwnd { @cwnd = hist(cwnd); }',
  'watch tp->snd_cwnd * tp->srtt_us',
  'diff 0.5s 1.2s',
];

export function AskTab() {
  const [text, setText] = useState('');
  const [asked, setAsked] = useState<{ readonly text: string; readonly reply: QueryReply | null } | null>(null);
  const examples = useId();
  const latest = useRef(0);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const { history } = lab();
    if (text.trim() === '' || !history) return;
    const n = ++latest.current;
    setAsked({ text, reply: null });
    const reply = await ask('query', { text, until: history.until }, text);
    if (n === latest.current) setAsked(reply ? { text, reply } : null);
  };

  const compare = async (name: string): Promise<void> => {
    const other = commandsOf(name);
    const title = `diff with ${name}`;
    const n = ++latest.current;
    if (!other) {
      const problem = `${name} is of another scenario, or other texts were registered on it`;
      const expected = 'a branch of this scenario that commands alone made';
      setAsked({ text: title, reply: { kind: 'wrong', at: 'diff with '.length, problem, expected } });
      return;
    }
    setAsked({ text: title, reply: null });
    const reply = await ask('query', { text: title, until: currentFrame().hot.time, other }, title);
    if (n === latest.current) setAsked(reply ? { text: title, reply } : null);
  };

  return (
    <div className="listing" role="region" aria-label="Questions to the run" tabIndex={0}>
      <form className="row" onSubmit={(event) => void submit(event)}>
        <input
          className="mono ask-line"
          aria-label="Question"
          list={examples}
          autoComplete="off"
          spellCheck={false}
          placeholder="who took of map A"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <datalist id={examples}>
          {EXAMPLES.map((example) => (
            <option key={example} value={example} />
          ))}
        </datalist>
        <button type="submit">Ask</button>
      </form>
      {asked === null && (
        <p className="note">
          Ask who took or gave back a reference, who wrote a field, when or how often something was; spell probes as
          bpftrace does; watch an expression over the run; or compare two times.
        </p>
      )}
      {asked && asked.reply === null && <p className="placeholder">On its way.</p>}
      {asked?.reply && <Reply text={asked.text} reply={asked.reply} />}
      <Branches onCompare={(name) => void compare(name)} />
    </div>
  );
}

function Reply({ text, reply }: { readonly text: string; readonly reply: QueryReply }) {
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
      return <Lanes watch={reply.watch} />;
    case 'diff':
      return (
        <table aria-label="Differences">
          <thead>
            <tr>
              {['of', 'what', 'before', 'after'].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {reply.rows.map(({ of, what, before, after, event }) => (
              <tr key={`${of} ${what}`}>
                <th scope="row">
                  {event === null ? (
                    of
                  ) : (
                    <button type="button" className="row-button" onClick={() => runCommand('time.event', { event })}>
                      {of}
                    </button>
                  )}
                </th>
                <td>{what}</td>
                <td className="mono">{before}</td>
                <td className="mono">{after}</td>
              </tr>
            ))}
          </tbody>
        </table>
      );
  }
}

function Answer({ answer: { summary, rows, maps } }: { readonly answer: QueryAnswer }) {
  const list = useRef<HTMLUListElement>(null);
  const walk = (event: KeyboardEvent): void => {
    const step = { n: 1, p: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    if (step === undefined || buttons.length === 0 || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const at = buttons.findIndex((button) => button === document.activeElement);
    const next = buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)];
    next.focus();
    next.click();
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

function Histogram({ buckets }: { readonly buckets: Buckets }) {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  return (
    <ul className="histogram">
      {buckets.map(({ low, high, count }) => (
        <li key={low}>
          <span className="mono">
            {edge(low)} to {edge(high)}
          </span>{' '}
          <meter min={0} max={most} value={count} aria-label={`${count} values`} /> {count}
        </li>
      ))}
    </ul>
  );
}

const WIDTH = 300;
const HEIGHT = 40;

function Lanes({ watch }: { readonly watch: WatchAnswer }) {
  const lanes = laneScenes(watch, WIDTH, HEIGHT);
  if (lanes.length === 0) return <p className="note">No connection had a value in this run.</p>;
  return (
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
  );
}
