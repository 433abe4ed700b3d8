/* The input line for questions: Tab completes as in the console; on an empty line it moves the focus. */
import { type FormEvent, useId, useRef, useState } from 'react';
import { completes, Offered, useCompletion } from './use-completion.tsx';

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
  const input = useRef<HTMLInputElement>(null);
  const examples = useId();
  const { offered, complete, forget } = useCompletion('completeQuery', input, setText, /[:(]$/);

  return (
    <>
      <form
        className="row"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          forget();
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
          onKeyDown={(event) => {
            if (!completes(event)) return;
            event.preventDefault();
            complete();
          }}
          onChange={({ target }) => {
            setText(target.value);
            forget();
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
      <Offered words={offered} />
    </>
  );
}
