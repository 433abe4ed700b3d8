/* The type: as C, as a tree with values, as raw BTF, and compared with another kernel's. */
import { FolderOpen } from 'lucide-react';
import { useCallback, useEffect, useMemo } from 'react';
import { describeRaw, type Layout, printType } from '../../engine/index.ts';
import { typeLines } from '../../views/inspect/lines.ts';
import { cLinesScene, lineTop, linesHeight, treeScene } from '../../views/inspect/type-lines.ts';
import { partsOf } from '../../views/struct/fields.ts';
import { listLeast } from '../../views/zoom.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { Pane } from '../controls/pane.tsx';
import { currentFrame } from '../../page/frame-source.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { choices, select, useChoices } from '../../page/store/choices.ts';
import { inspect, KERNEL, openType, setInspect, useInspect } from '../../page/store/inspect.ts';
import { setInspectorLink } from '../../page/store/inspector-link.ts';
import { CompareTab } from './compare-tab.tsx';
import { FieldPanel } from './field-panel.tsx';
import { followFrom } from './follow.ts';
import { SearchBox } from './search-box.tsx';
import { type Shown, useShown } from './shown.ts';
import { TypeHead } from './type-head.tsx';
import { useBytes, useInput, onHover } from './use-input.ts';

const TABS = [
  { id: 'c', title: 'C' },
  { id: 'tree', title: 'Tree' },
  { id: 'raw', title: 'BTF raw' },
  { id: 'compare', title: 'Compare' },
] as const;

/** Paths of the fields that are shown initially. */
function fieldsOf(layout: Layout | null): readonly string[] {
  if (!layout) return [];
  const { name, rows, summary } = layout;
  const lines = typeLines({ word: '', name, rows, size: summary.size, flipped: new Set() });
  const paths = lines.flatMap(({ part }) => (part?.kind === 'field' && part.name !== '' ? [part.path] : []));
  return [...new Set(paths)];
}

export function TypePane() {
  const tab = useInspect((state) => state.typeTab);
  const shows = useShown();
  const layout = 'waiting' in shows ? null : shows.layout;
  const fields = useMemo(() => fieldsOf(layout), [layout]);
  return (
    <Pane
      id="type"
      title="Type"
      titled
      tabs={TABS}
      selected={tab}
      onSelect={(typeTab) => setInspect({ typeTab })}
      aside={
        <button
          type="button"
          className="button small"
          title="A raw BTF or an object; either can be dropped anywhere on the page"
          onClick={() => runCommand('file.open')}
        >
          <FolderOpen aria-hidden="true" /> <span className="file-words">BTF or .o</span>
        </button>
      }
    >
      <SearchBox fields={fields} />
      {'waiting' in shows ? <Waiting words={shows.waiting} /> : <TypeBody shown={shows} />}
    </Pane>
  );
}

function Waiting({ words }: { readonly words: string }) {
  return (
    <>
      <TypeHead shown={null} />
      <p className="placeholder" role="status">
        {words}
      </p>
    </>
  );
}

function TypeBody({ shown }: { readonly shown: Shown }) {
  const tab = useInspect((state) => state.typeTab);
  useBytes(shown);
  useLink(shown);
  return (
    <>
      <TypeHead shown={shown} />
      {tab === 'raw' && <RawTab shown={shown} />}
      {tab === 'compare' && <CompareTab shown={shown} />}
      {(tab === 'c' || tab === 'tree') &&
        (shown.layout ? <Lines shown={shown} tab={tab} /> : <PlainText shown={shown} />)}
      {shown.layout && <FieldPanel shown={shown} />}
    </>
  );
}

/** Connects the inspector's commands with the shown type. */
function useLink(shown: Shown): void {
  useEffect(() => {
    const rows = shown.layout?.rows ?? [];
    setInspectorLink({
      follow: (path) => followFrom(shown, path ?? choices().selection.field, currentFrame()),
      step: (direction) => {
        const paths = partsOf(rows, inspect().flipped).flatMap(({ kind, path }) => (kind === 'field' ? [path] : []));
        const at = paths.indexOf(choices().selection.field ?? '');
        const to = at < 0 ? 0 : Math.max(0, Math.min(paths.length - 1, at + direction));
        if (paths.length > 0) select({ field: paths[to] });
      },
    });
    return () => setInspectorLink(null);
  }, [shown]);
}

const SCENES = { c: cLinesScene, tree: treeScene } as const;

function Lines({ shown, tab }: { readonly shown: Shown; readonly tab: 'c' | 'tree' }) {
  const input = useInput(shown);
  const flipped = useInspect((state) => state.flipped);
  const selected = useChoices((state) => state.selection.field);
  const { layout, type, name } = shown;
  const lines = useMemo(
    () =>
      typeLines({
        word: type.kind.toLowerCase(),
        name,
        rows: layout?.rows ?? [],
        size: layout?.summary.size ?? 0,
        flipped,
      }),
    [layout, type, name, flipped],
  );
  const live = shown.address > 0;
  const build: LiveSceneProps['build'] = useCallback(
    (frame, { size, scroll }) => SCENES[tab]({ ...input(frame, scroll), lines, live }, size),
    [input, lines, tab, live],
  );
  return (
    <div className="type-lines">
      <LiveScene
        calm
        build={build}
        least={listLeast(300)}
        height={() => linesHeight({ lines })}
        scrollTo={selected === null ? null : lineTop({ lines }, selected)}
        onHover={onHover}
      />
    </div>
  );
}

/** Shows a type without a layout as its declaration. */
function PlainText({ shown: { btf, type } }: { readonly shown: Shown }) {
  const lines = useMemo(() => printType(btf, type.id), [btf, type]);
  return (
    <pre className="type-text" tabIndex={0} aria-label={`C of ${type.name}`}>
      {lines.map(({ text, indent }) => `${'    '.repeat(indent)}${text}\n`).join('')}
    </pre>
  );
}

/** The type as raw BTF; each type number is a link. */
function RawTab({ shown: { btf, type, source } }: { readonly shown: Shown }) {
  const lines = useMemo(() => describeRaw(btf, type.id).split('\n'), [btf, type]);
  const open = (id: number): void => {
    const to = btf.type(id);
    if (to) openType({ source, id, kind: to.kind, name: to.name });
  };
  return (
    <div className="type-text" role="region" tabIndex={0} aria-label={`Raw BTF of ${type.name}`}>
      {lines.map((text, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own
        <RawLine key={i} text={text.replace('\t', '    ')} onOpen={open} />
      ))}
      {source === KERNEL && <p className="note">Numbers are those of the kernel's own BTF.</p>}
    </div>
  );
}

function RawLine({ text, onOpen }: { readonly text: string; readonly onOpen: (id: number) => void }) {
  const match = /^(.*\btype_id=)([1-9]\d*)\b(.*)$/.exec(text);
  if (!match) return <div>{text}</div>;
  const [, before, id, after] = match;
  return (
    <div>
      {before}
      <button type="button" className="link" onClick={() => onOpen(Number(id))}>
        {id}
      </button>
      {after}
    </div>
  );
}
