/* Named branches: keep, return to, compare and forget them. */
import { type FormEvent, useState } from 'react';
import { branchTree, forgetBranch, goToBranch, keepBranch, useBranches } from '../../page/branches.ts';
import { timeText } from '../../views/words.ts';

export function Branches({ onCompare }: { readonly onCompare: (name: string) => void }) {
  const { branches, here } = useBranches();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const keep = (event: FormEvent): void => {
    event.preventDefault();
    const why = keepBranch(name);
    setProblem(why);
    if (why === null) setName('');
  };
  return (
    <section aria-label="Branches">
      <h3>Branches</h3>
      {branches.length === 0 && (
        <p className="note">
          A command in the past begins another branch. Name the one that you are on, to be able to come back.
        </p>
      )}
      <ul>
        {branchTree(branches).map(({ branch, depth }) => (
          <li key={branch.name} className="row" style={{ paddingInlineStart: `${depth * 2}ch` }}>
            <span className="grow">
              <span className="mono">{branch.name}</span>{' '}
              <span className="note">
                {timeText(branch.time)}
                {branch.name === here ? ', here' : ''}
              </span>
            </span>
            <button type="button" className="button small" onClick={() => goToBranch(branch.name)}>
              Go to {branch.name}
            </button>
            <button type="button" className="button small" onClick={() => onCompare(branch.name)}>
              Compare with {branch.name}
            </button>
            <button type="button" className="button small" onClick={() => forgetBranch(branch.name)}>
              Forget {branch.name}
            </button>
          </li>
        ))}
      </ul>
      <form className="row" onSubmit={keep}>
        <label className="field grow">
          <span>Name of this branch</span>
          <input value={name} onChange={({ target }) => setName(target.value)} />
        </label>
        <button type="submit" className="button small">
          Keep
        </button>
      </form>
      {problem !== null && <p className="note problem">{problem}</p>}
    </section>
  );
}
