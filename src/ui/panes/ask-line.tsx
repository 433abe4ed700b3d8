/* The input line for questions: Tab completes as in the console; on an empty line it moves the focus. */
import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from 'react';
import { ask } from '../../page/engine/engine.ts';

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

export function AskLine({ onAsk }: { readonly onAsk: (text: string) => void }) {
  const [text, setText] = useState('');
  const [offered, setOffered] = useState<readonly string[]>([]);
  const input = useRef<HTMLInputElement>(null);
  const examples = useId();

  const complete = async (): Promise<void> => {
    const before = text;
    const found = await ask('completeQuery', { text: before }, 'query');
    if (!found || input.current?.value !== before) return;
    const { from, words, shared } = found;
    if (words.length > 0)
      setText(before.slice(0, from) + shared + (words.length === 1 && !/[:(]$/.test(shared) ? ' ' : ''));
    setOffered(words.length > 1 ? words : []);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key !== 'Tab' || text === '' || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    void complete();
  };

  return (
    <>
      <form
        className="row"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          setOffered([]);
          onAsk(text);
        }}
      >
        <input
          ref={input}
          className="mono text-input ask-line"
          aria-label="Question"
          aria-description="Tab completes; on an empty line Tab moves on."
          list={examples}
          autoComplete="off"
          spellCheck={false}
          placeholder="who took of map A"
          value={text}
          onKeyDown={onKeyDown}
          onChange={({ target }) => {
            setText(target.value);
            setOffered([]);
          }}
        />
        <datalist id={examples}>
          {EXAMPLES.map((example) => (
            <option key={example} value={example} />
          ))}
        </datalist>
        <button type="submit" className="button small">
          Ask
        </button>
      </form>
      {offered.length > 0 && (
        <p className="note mono" role="status">
          {offered.join('  ')}
        </p>
      )}
    </>
  );
}
