/* The shown struct as cache lines and as bytes. */
import { useCallback, useMemo } from 'react';
import { blocksHeight, blocksLeast, blockTop, structBlocksScene } from '../../views/struct/blocks.ts';
import { changed, partsOf, sideNote } from '../../views/struct/fields.ts';
import { hexHeight, hexLeast, hexTop, structHexScene } from '../../views/struct/hex.ts';
import { plural, timeText } from '../../views/words.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { Pane } from '../controls/pane.tsx';
import { useCalmFrame } from '../controls/use-frame.ts';
import { choose, useChoices } from '../../page/store/choices.ts';
import { type Shown, useShown } from './shown.ts';
import { onHover, useInput } from './use-input.ts';

const LAYOUT_TABS = [{ id: 'lines', title: 'Cache lines' }] as const;
const MEMORY_TABS = [{ id: 'hex', title: 'Hex' }] as const;
const stay = (): void => {};

export function LayoutPane() {
  const shows = useShown();
  const shown = 'waiting' in shows ? null : shows;
  return (
    <Pane
      id="layout"
      title="Layout"
      titled
      tabs={LAYOUT_TABS}
      selected="lines"
      onSelect={stay}
      aside={shown && <Where shown={shown} />}
    >
      {shown?.layout ? <Blocks shown={shown} /> : <p className="placeholder">A type without members has no layout.</p>}
    </Pane>
  );
}

const SIDES = [
  { id: 'kvalue', title: 'kvalue', note: 'kernel' },
  { id: 'lookup', title: 'lookup', note: 'user space' },
] as const;

function Where({ shown: { map, title } }: { readonly shown: Shown }) {
  const side = useChoices((state) => state.copy);
  const { hot } = useCalmFrame();
  return (
    <>
      {map && (
        <div className="segments copies" role="group" aria-label="Copy of the value">
          {SIDES.map(({ id, title: word, note }) => (
            <button
              key={id}
              type="button"
              className="button small"
              aria-pressed={id === side}
              onClick={() => choose({ copy: id })}
            >
              {word} <span className="note">({note})</span>
            </button>
          ))}
        </div>
      )}
      {title && (
        <span className="mono note where">
          {title} at {timeText(hot.time)}
        </span>
      )}
    </>
  );
}

function Blocks({ shown }: { readonly shown: Shown }) {
  const input = useInput(shown);
  const selected = useChoices((state) => state.selection.field);
  const build: LiveSceneProps['build'] = useCallback(
    (frame, { size, scroll }) => structBlocksScene(input(frame, scroll), size),
    [input],
  );
  const still = useMemo(() => input(null), [input]);
  return (
    <div className="struct-blocks grow-pane">
      <LiveScene
        calm
        build={build}
        least={blocksLeast}
        height={(size) => blocksHeight(still, size)}
        scrollTo={(size) => (selected === null ? null : blockTop(still, selected, size))}
        onHover={onHover}
      />
    </div>
  );
}

export function MemoryPane() {
  const shows = useShown();
  const shown = 'waiting' in shows || shows.address === 0 ? null : shows;
  return (
    <Pane
      id="memory"
      title="Memory"
      titled
      tabs={MEMORY_TABS}
      selected="hex"
      onSelect={stay}
      aside={shown && <Changes shown={shown} />}
    >
      {shown ? <Hex shown={shown} /> : <NoBytes name={'waiting' in shows ? null : shows.name} />}
    </Pane>
  );
}

function NoBytes({ name }: { readonly name: string | null }) {
  return (
    <p className="placeholder">
      {name === null
        ? 'Nothing to show yet.'
        : `The machine has no ${name} that the page knows of: there are no bytes to show.`}
    </p>
  );
}

/** Changes of these bytes in the last step. */
function Changes({ shown }: { readonly shown: Shown }) {
  const side = useChoices((state) => state.copy);
  const input = useInput(shown);
  const { rows, bytes, before, flipped } = input(useCalmFrame());
  if (!before) return null;
  const count = partsOf(rows, flipped).filter((part) => part.kind === 'field' && changed(part, bytes, before)).length;
  const what = shown.map ? side : shown.name;
  return (
    <span className="note where">
      {what}, {count === 0 ? 'unchanged' : `${plural(count, 'field')} changed`} since the last step
    </span>
  );
}

function Hex({ shown }: { readonly shown: Shown }) {
  const side = useChoices((state) => state.copy);
  const selected = useChoices((state) => state.selection.field);
  const input = useInput(shown);
  const build: LiveSceneProps['build'] = useCallback(
    (frame, { size, scroll }) => structHexScene(input(frame, scroll), size),
    [input],
  );
  const still = useMemo(() => input(null), [input]);
  const note = shown.map && sideNote(shown.map, side);
  return (
    <>
      <div className="struct-hex grow-pane">
        <LiveScene
          calm
          build={build}
          least={hexLeast}
          height={({ width }) => hexHeight(still, width)}
          scrollTo={({ width }) => (selected === null ? null : hexTop(still, selected, width))}
          onHover={onHover}
        />
      </div>
      {note && (
        <p className="note memory-note">
          <b>{note.lead}</b> {note.rest}
        </p>
      )}
    </>
  );
}
