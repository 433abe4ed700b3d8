/* Form to call a member of a registered struct by hand: fields for its arguments, and its results. */
import { type FormEvent, useId, useState } from 'react';
import type { MapSnapshot } from '../../engine/index.ts';
import { timeText } from '../../views/words.ts';
import { callMember } from '../../page/commands/map.ts';
import { useKernel } from '../controls/use-kernel.ts';
import { type CalledMember, calledMembers, type MemberArgument, readArgument } from '../../page/engine/members.ts';
import { useLab } from '../../page/store/lab.ts';
import { answersOf } from './hand-calls.ts';

export function CallForm({ map }: { readonly map: MapSnapshot }) {
  const btf = useKernel();
  const members = btf ? calledMembers(btf, map.struct) : [];
  const [chosen, setChosen] = useState<string | null>(null);
  const member = members.find(({ name }) => name === chosen) ?? members[0];
  return (
    <section className="call-form" aria-label="Call a member by hand">
      <h3>Call a member by hand</h3>
      {member && (
        <>
          <label className="field">
            member
            <select value={member.name} onChange={(event) => setChosen(event.target.value)}>
              {members.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                  {map.progs.some((prog) => prog.member === name) ? '' : ' (not implemented)'}
                </option>
              ))}
            </select>
          </label>
          <p className="mono prototype">{member.prototype}</p>
          <Arguments key={member.name} map={map} member={member} />
        </>
      )}
      <Answers map={map} names={members.map(({ name }) => name)} />
    </section>
  );
}

function Arguments({ map, member }: { readonly map: MapSnapshot; readonly member: CalledMember }) {
  const { args } = member;
  const [typed, setTyped] = useState<readonly string[]>(args.map(({ isPointer }) => (isPointer ? '' : '0')));
  const [problem, setProblem] = useState<string | null>(null);
  const place = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const values: (number | string)[] = [];
    for (const [i, arg] of args.entries()) {
      const read = readArgument(arg, typed[i] ?? '');
      if ('problem' in read) return setProblem(read.problem);
      values.push(read.value);
    }
    setProblem(null);
    callMember(map.letter, member.name, values);
  };
  return (
    <form className="form" onSubmit={submit}>
      {args.map((arg, i) => (
        <label key={i} className="field">
          {arg.name}
          <input
            className="mono"
            aria-describedby={problem === null ? undefined : place}
            placeholder={arg.isPointer ? bytesWords(arg) : undefined}
            spellCheck={false}
            value={typed[i]}
            onChange={(event) => setTyped(typed.map((text, k) => (k === i ? event.target.value : text)))}
          />
        </label>
      ))}
      {problem !== null && (
        <p className="problem" role="alert" id={place}>
          {problem}
        </p>
      )}
      <button type="submit" className="button">
        Call {member.name}
      </button>
    </form>
  );
}

const bytesWords = ({ bytes }: MemberArgument): string =>
  bytes > 0 ? `hex, up to ${bytes} bytes; the rest is 0` : 'bytes in hex';

const SHOWN = 4;

/** Results up to the cursor, newest first. */
function Answers({ map, names }: { readonly map: MapSnapshot; readonly names: readonly string[] }) {
  const history = useLab((state) => state.history);
  const lastCall = useLab((state) => state.cold?.lastCall ?? 0);
  const answers = history ? answersOf(history, map.letter, names, lastCall).slice(0, SHOWN) : [];
  if (answers.length === 0) return null;
  return (
    <div className="answers" role="log" aria-label="Answers">
      <ul>
        {answers.map(({ n, time, text, refused }) => (
          <li key={n} className={refused ? 'problem' : undefined}>
            <span className="note">{timeText(time)}</span>
            <pre>{text}</pre>
          </li>
        ))}
      </ul>
    </div>
  );
}
