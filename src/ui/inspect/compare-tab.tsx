/* One type in two kernels side by side. */
import { own } from '../../engine/index.ts';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { type Btf, compareLayouts, KERNELS, TCP_SOCK_PATHS } from '../../engine/index.ts';
import { compareHeight, compareScene, compareWords, totalsWords } from '../../views/inspect/compare.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { btfOf } from '../../page/engine/kernel.ts';
import { useChoices } from '../../page/store/choices.ts';
import { KERNEL, useInspect } from '../../page/store/inspect.ts';
import { useLab } from '../../page/store/lab.ts';
import { layoutOf } from '../../page/layouts.ts';
import type { Shown } from './shown.ts';
import { onHover } from './use-input.ts';
import { useWhole } from './whole.ts';

const NAMES: readonly string[] = KERNELS.map(({ profile }) => profile.name);
/** Relevant fields of a type: the members that this page's TCP uses. */
const INTEREST: Readonly<Record<string, { readonly paths: readonly string[]; readonly what: string }>> = {
  tcp_sock: { paths: TCP_SOCK_PATHS, what: 'that the TCP of this page reads or writes' },
};

export function CompareTab({ shown }: { readonly shown: Shown }) {
  const kernel = useLab((state) => state.kernel);
  const [chosen, setChosen] = useState<string | null>(null);
  const others = NAMES.filter((name) => name !== kernel);
  // default to the newest other kernel, not the derived one
  const other = chosen !== null && others.includes(chosen) ? chosen : others.at(-1);
  if (shown.source !== KERNEL || !shown.layout || other === undefined)
    return <p className="placeholder">Only structs and unions of a kernel can be compared with another kernel's.</p>;
  return (
    <>
      <div className="map-bar" role="toolbar" aria-label="Compare layouts">
        <b>{kernel}</b>
        <span className="note">beside</span>
        {others.map((name) => (
          <button
            key={name}
            type="button"
            className="button small"
            aria-pressed={name === other}
            onClick={() => setChosen(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <Beside key={other} shown={shown} kernel={kernel} other={other} />
    </>
  );
}

interface BesideProps {
  readonly shown: Shown;
  readonly kernel: string;
  readonly other: string;
}

/** A type of this name that is defined. */
function defined(btf: Btf | null, { kind, name }: Shown['type']): number {
  return btf && name !== '' && (kind === 'STRUCT' || kind === 'UNION') ? btf.find(kind, name) : 0;
}

function Beside({ shown, kernel, other }: BesideProps) {
  const [subset, setSubset] = useState<Btf | null>(null);
  const [failed, setFailed] = useState('');
  useEffect(() => {
    let ended = false;
    btfOf(other).then(
      (btf) => !ended && setSubset(btf),
      (error: unknown) => !ended && setFailed(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      ended = true;
    };
  }, [other]);
  const inSubset = defined(subset, shown.type);
  const whole = useWhole(other, subset !== null && inSubset === 0);
  const all = whole?.status === 'here' ? whole.types.btf : null;
  const btf = inSubset !== 0 ? subset : all;
  const id = defined(btf, shown.type);
  const theirs = btf && id !== 0 ? layoutOf(btf, id) : null;
  if (failed !== '' || whole?.status === 'failed')
    return <p className="placeholder">The types of {other} could not be loaded.</p>;
  if (!btf) return <p className="placeholder">The types of {other} are on their way.</p>;
  if (!theirs || !shown.layout) return <p className="placeholder">{`${other} has no ${shown.type.name}.`}</p>;
  const older = NAMES.indexOf(other) < NAMES.indexOf(kernel);
  const pair = older ? ([theirs, shown.layout] as const) : ([shown.layout, theirs] as const);
  const kernels = older ? { before: other, after: kernel } : { before: kernel, after: other };
  return <Table shown={shown} layouts={pair} kernels={kernels} />;
}

interface TableProps {
  readonly shown: Shown;
  readonly layouts: readonly [before: NonNullable<Shown['layout']>, after: NonNullable<Shown['layout']>];
  readonly kernels: { readonly before: string; readonly after: string };
}

function Table({ shown, layouts: [before, after], kernels }: TableProps) {
  const [onlyChanges, setOnlyChanges] = useState(false);
  const hovered = useInspect((state) => state.hovered);
  const selected = useChoices((state) => state.selection.field);
  const lit = hovered ?? selected;
  const rows = useMemo(() => compareLayouts(before, after), [before, after]);
  const listed = useMemo(
    () => (onlyChanges ? rows.filter(({ change }) => change !== 'same') : rows),
    [rows, onlyChanges],
  );
  const { name } = shown;
  const input = useMemo(
    () => ({ name, before: kernels.before, after: kernels.after, rows: listed, lit, scroll: 0 }),
    [name, kernels.before, kernels.after, listed, lit],
  );
  const build: LiveSceneProps['build'] = useCallback(
    (_, { size, scroll }) => compareScene({ ...input, scroll }, size),
    [input],
  );
  const { lead, rest } = compareWords(rows, kernels, own(INTEREST, shown.type.name) ?? null);
  return (
    <>
      <div className="compare-words">
        <p>
          <b>{lead}</b> {rest}
        </p>
        <p className="note">{totalsWords(before, after)}</p>
        <div className="row compare-heads">
          <label className="row">
            <input type="checkbox" checked={onlyChanges} onChange={(event) => setOnlyChanges(event.target.checked)} />
            only what changed
          </label>
          <span className="spring" />
          <span className="mono note">{kernels.before}</span>
          <span className="mono note">{kernels.after}</span>
        </div>
      </div>
      <div className="type-lines">
        <LiveScene calm build={build} height={() => compareHeight(input)} onHover={onHover} />
      </div>
    </>
  );
}
