/* The speaker's window: the present picture, the next one, notes, time, and the list of steps. It runs no engine. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { errnoName } from '../../engine/index.ts';
import type { Talk } from '../../page/present/talk.ts';
import { openWire, type StageState, type TalkMessage, type Wire } from '../../page/present/wire.ts';
import { isHighContrast } from '../../page/store/theme.ts';
import type { Scene } from '../../views/scene.ts';
import { stageScene } from '../../views/stage/stage.ts';
import { Timer } from './timer.tsx';
import { Keys } from '../controls/keys.tsx';
import { Picture } from './picture.tsx';
import './present.css';

const STAGE = { width: 1600, height: 900 };

const sceneOf = (talk: Talk, at: number, scale: number): Scene | null => {
  const step = talk.steps[at];
  if (!step) return null;
  const input = { ...step, history: talk.history, n: at + 1, of: talk.steps.length, errno: errnoName };
  return stageScene(input, STAGE, { contrast: isHighContrast() ? 'more' : 'normal', scale });
};

/** Whether a key of this window is passed to the stage. */
const isTalkKey = (key: string): boolean =>
  /^( |Enter|ArrowRight|ArrowDown|PageDown|ArrowLeft|ArrowUp|PageUp|Backspace|Home|End|[bBlLqQgG.+=\-0])$/.test(key);

export function Speaker({ name }: { readonly name: string }) {
  const [talk, setTalk] = useState<Talk | null>(null);
  const [state, setState] = useState<StageState | null>(null);
  const wire = useRef<Wire | null>(null);
  const [ended, setEnded] = useState(false);
  useEffect(() => {
    const opener: unknown = window.opener;
    const opened = openWire(name, opener as Window | null, (message: TalkMessage) => {
      if (message.type === 'talk') setTalk(message.talk);
      if (message.type === 'state') setState(message.state);
      setEnded(message.type === 'end');
    });
    wire.current = opened;
    opened.send({ type: 'hello' });
    const onKeyDown = (event: KeyboardEvent): void => {
      const onButton = event.target instanceof HTMLButtonElement && (event.key === ' ' || event.key === 'Enter');
      if (event.target instanceof HTMLInputElement && event.key !== 'PageDown' && event.key !== 'PageUp') return;
      if (event.ctrlKey || event.metaKey || event.altKey || onButton || !isTalkKey(event.key)) return;
      event.preventDefault();
      opened.send({ type: 'key', key: event.key });
    };
    window.addEventListener('keydown', onKeyDown);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      opened.close();
    };
  }, [name]);
  useEffect(() => {
    document.title = talk ? `Speaker: ${talk.title}` : 'Speaker';
  }, [talk]);
  if (ended) return <p className="speaker-wait">The talk has ended. This window can be closed.</p>;
  if (!talk || !state) return <p className="speaker-wait">Waiting for the stage. Keep its window open.</p>;
  return <Desk talk={talk} state={state} send={(message) => wire.current?.send(message)} />;
}

interface DeskProps {
  readonly talk: Talk;
  readonly state: StageState;
  readonly send: (message: TalkMessage) => void;
}

function Desk({ talk, state, send }: DeskProps) {
  const { at, scale, blank, live } = state;
  const now = useMemo(() => sceneOf(talk, at, scale), [talk, at, scale]);
  const next = useMemo(() => sceneOf(talk, at + 1, scale), [talk, at, scale]);
  const note = talk.steps[at]?.note ?? '';
  const press = (key: string) => (): void => send({ type: 'key', key });
  return (
    <main className="speaker">
      <h1 className="spoken">Speaker: {talk.title}</h1>
      <div className="speaker-column">
        <section className="speaker-now" aria-label="On the stage">
          {now && <Picture scene={now} />}
          {(blank || live) && <p className="speaker-over">{live ? 'Live: the room sees the page' : 'Blank'}</p>}
        </section>
        <section className="speaker-notes" aria-label="Notes" tabIndex={0}>
          <h2>Notes</h2>
          <p>{note === '' ? 'No notes for this step.' : note}</p>
        </section>
      </div>
      <div className="speaker-column">
        <Timer startedAt={state.startedAt} />
        <section className="speaker-next" aria-label="Next">
          <h2 className="speaker-line">
            Next <span className="note">{talk.steps[at + 1]?.headline ?? 'the end'}</span>
          </h2>
          {next && <Picture scene={next} />}
        </section>
        <Steps talk={talk} at={at} onChoose={(to) => send({ type: 'step', at: to })} />
      </div>
      <div className="speaker-keys" role="toolbar" aria-label="Talk">
        <button type="button" className="button" onClick={press('ArrowLeft')}>
          Back <Keys keys="←" />
        </button>
        <button type="button" className="button primary" onClick={press('ArrowRight')}>
          Next <Keys keys="Space" />
        </button>
        <span className="spring" />
        {KEYS.map(([key, title, sign]) => (
          <button key={key} type="button" className="button" onClick={press(key)}>
            {title} <Keys keys={sign} />
          </button>
        ))}
      </div>
    </main>
  );
}

const KEYS = [
  ['b', 'Blank', 'B'],
  ['l', 'Laser', 'L'],
  ['g', 'Go live', 'G'],
  ['-', 'Smaller', '-'],
  ['+', 'Larger', '+'],
  ['q', 'Code for the room', 'Q'],
] as const;

function Steps({
  talk,
  at,
  onChoose,
}: {
  readonly talk: Talk;
  readonly at: number;
  readonly onChoose: (at: number) => void;
}) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const { current } = list;
    const step = current?.children[at];
    // keep the next steps visible too; `scrollIntoView` would also scroll the window around the list
    if (current && step instanceof HTMLElement)
      current.scrollTop = step.offsetTop - (current.clientHeight - step.offsetHeight) / 2;
  }, [at]);
  return (
    <ol className="speaker-steps" aria-label="Steps" ref={list}>
      {talk.steps.map(({ headline, event }, i) => (
        <li key={event}>
          <button type="button" aria-current={i === at ? 'step' : undefined} onClick={() => onChoose(i)}>
            <span className="speaker-n">{i + 1}</span>
            <span>{headline}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
