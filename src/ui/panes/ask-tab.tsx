/*
 * Questions about the recorded run: in words or in bpftrace's syntax, `watch EXPRESSION` for a lane over the whole run,
 * `diff 1s 2s` for the changes between two times. Each row of an answer leads to its time; N and P step through them.
 */
import { useRef, useState } from 'react';
import type { QueryReply } from '../../protocol/asks/query.ts';
import { ask } from '../../page/engine/engine.ts';
import { otherBranch } from '../../page/branches.ts';
import { currentFrame } from '../../page/frame-source.ts';
import { lab } from '../../page/store/lab.ts';
import { Reply } from './ask-answer.tsx';
import { AskLine } from './ask-line.tsx';
import { Branches } from './branches.tsx';

export function AskTab() {
  const [asked, setAsked] = useState<{ readonly text: string; readonly reply: QueryReply | null } | null>(null);
  const latest = useRef(0);

  const submit = async (text: string): Promise<void> => {
    const { history } = lab();
    if (text.trim() === '' || !history) return;
    const n = ++latest.current;
    setAsked({ text, reply: null });
    const reply = await ask('query', { text, until: history.until }, text);
    if (n === latest.current) setAsked(reply ? { text, reply } : null);
  };

  const compare = async (name: string): Promise<void> => {
    const other = otherBranch(name);
    const title = `diff with ${name}`;
    const n = ++latest.current;
    if (typeof other === 'string') {
      const expected = 'a branch of this scenario on this kernel';
      setAsked({ text: title, reply: { kind: 'wrong', at: 'diff with '.length, problem: other, expected } });
      return;
    }
    setAsked({ text: title, reply: null });
    const reply = await ask('query', { text: title, until: currentFrame().hot.time, other }, title);
    if (n === latest.current) setAsked(reply ? { text: title, reply } : null);
  };

  return (
    <div className="listing" role="region" aria-label="Questions about the run" tabIndex={0}>
      <AskLine onAsk={(text) => void submit(text)} />
      {asked === null && (
        <p className="note">
          Ask who took or gave back a reference, who wrote a field, when or how often something was; spell probes as
          bpftrace does; watch an expression over the run; or compare two times.
        </p>
      )}
      {asked && asked.reply === null && <p className="placeholder">Computing the answer.</p>}
      {asked?.reply && <Reply text={asked.text} reply={asked.reply} />}
      <Branches onCompare={(name) => void compare(name)} />
    </div>
  );
}
