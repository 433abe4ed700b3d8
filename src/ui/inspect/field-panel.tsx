/* The selected field: its bits, its target, and questions about the run. */
import { useCallback, useMemo } from 'react';
import { bitNeighbours, bitsHeight, bitsScene } from '../../views/inspect/bits.ts';
import { partsOf } from '../../views/struct/fields.ts';
import { plural } from '../../views/words.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { useCalmFrame } from '../controls/use-frame.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { Questions } from '../panes/questions.tsx';
import { useChoices } from '../../page/store/choices.ts';
import { useInspect } from '../../page/store/inspect.ts';
import { followed, go, rowOf } from './follow.ts';
import type { Shown } from './shown.ts';
import { onHover, useInput } from './use-input.ts';
import { type LayoutRow, suggestReorder } from '../../engine/index.ts';

export function FieldPanel({ shown }: { readonly shown: Shown }) {
  const path = useChoices((state) => state.selection.field);
  const row = rowOf(shown, path);
  if (!row) return <Suggestion shown={shown} />;
  return (
    <div className="field-foot">
      <p>
        <b className="mono">{row.path}</b> <span className="mono note">{row.type}</span>
      </p>
      {row.bitSize > 0 && <Bits shown={shown} path={row.path} />}
      <div className="row">
        <Way shown={shown} row={row} />
        <button type="button" className="button small" onClick={() => runCommand('inspect.accesses')}>
          Who uses it?
        </button>
      </div>
      {shown.address > 0 && (
        <Questions
          asked={{
            address: shown.address + row.offset,
            length: row.bitSize > 0 ? Math.ceil((row.bit + row.bitSize) / 8) : row.size,
          }}
          path={row.path}
        />
      )}
    </div>
  );
}

/** Shown while no field is selected: whether another order would make the struct smaller. */
function Suggestion({ shown: { btf, type } }: { readonly shown: Shown }) {
  const move = useMemo(() => suggestReorder(btf, type.id), [btf, type]);
  if (!move) return null;
  const { member, after, saves } = move;
  return (
    <div className="field-foot suggestion">
      <b>Reorder suggestion</b>
      <p className="note">
        <span>
          Moving <span className="mono">{member}</span> after <span className="mono">{after}</span>{' '}
          {saves > 0 ? `saves ${plural(saves, 'byte')}.` : 'fills a hole, but does not shrink the struct.'}
        </span>
      </p>
    </div>
  );
}

function Way({ shown, row }: { readonly shown: Shown; readonly row: LayoutRow }) {
  const answer = followed(shown, row, useCalmFrame());
  if (!answer) return null;
  if (answer.to === 'nowhere') return <span className="note">{answer.words}</span>;
  return (
    <button type="button" className="button small" onClick={() => go(row, answer)}>
      Follow to <span className="mono">{answer.field ?? answer.type}</span>
    </button>
  );
}

function Bits({ shown, path }: { readonly shown: Shown; readonly path: string }) {
  const input = useInput(shown);
  const flipped = useInspect((state) => state.flipped);
  const parts = bitNeighbours(partsOf(shown.layout?.rows ?? [], flipped), path);
  const build: LiveSceneProps['build'] = useCallback(
    (frame, { size }) => {
      const now = input(frame);
      return bitsScene(bitNeighbours(partsOf(now.rows, now.flipped), path), now, size);
    },
    [input, path],
  );
  return (
    <div className="bits" style={{ height: bitsHeight(parts) }}>
      <LiveScene calm build={build} onHover={onHover} />
    </div>
  );
}
