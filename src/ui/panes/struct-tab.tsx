/*
 * Shows a struct as cache lines and as fields, with the selected field's details. Bytes are those of the frame. The
 * inspector (src/ui/inspect) shows more.
 */
import { ChevronDown } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { blocksHeight, blocksLeast, structBlocksScene } from '../../views/struct/blocks.ts';
import { fieldsHeight, fieldsLeast, fieldTop, structFieldsScene } from '../../views/struct/field-list.ts';
import { mapResolver, sideNote, type StructInput, type ValueSide } from '../../views/struct/fields.ts';
import type { Hit } from '../../views/scene.ts';
import { plural } from '../../views/words.ts';
import { Choice } from '../controls/choice.tsx';
import { late } from '../controls/guard.tsx';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { useKernel } from '../controls/use-kernel.ts';
import { watch } from '../../page/engine/engine.ts';
import type { Frame } from '../../page/frame-source.ts';
import { choose, select, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { useBefore } from './bytes-before.ts';
import { subjectOf, subjects, type Subject } from './struct-subject.ts';
import type { Layout } from '../../engine/index.ts';
import { structLayout } from '../../engine/index.ts';

const FieldFoot = late('The selected field', () => import('./field-foot.tsx').then((m) => m.FieldFoot));

export function StructTab() {
  const btf = useKernel();
  const cold = useLab((state) => state.cold);
  const selection = useChoices((state) => state.selection);
  const subject = cold && subjectOf(cold, selection);
  const type = subject?.type;
  const layout = useMemo(() => (btf && type ? structLayout(btf, btf.find('STRUCT', type)) : null), [btf, type]);
  if (!cold || !subject) return <p className="placeholder">No map yet: one is made when a loader asks for it.</p>;
  return layout ? <StructView key={subject.id} subject={subject} layout={layout} /> : null;
}

function StructView({ subject, layout }: { readonly subject: Subject; readonly layout: Layout }) {
  const side = useChoices((state) => state.copy);
  const selected = useChoices((state) => state.selection.field);
  const [hovered, setHovered] = useState<string | null>(null);
  const { map } = subject;
  const address = map && side === 'lookup' ? map.uvalue : subject.address;
  const length = layout.summary.size;
  useEffect(() => {
    watch('struct', address > 0 ? [{ address, length }] : []);
    return () => watch('struct', []);
  }, [address, length]);
  const input = useInput(subject, layout, side, address, hovered ?? selected);
  const onHover = useCallback(
    (hit: Hit | null) => setHovered((hit?.action?.args.path as string | undefined) ?? null),
    [],
  );
  const blocks: LiveSceneProps['build'] = useCallback(
    (frame, { size, scroll }) => structBlocksScene({ ...input(frame), scroll }, size),
    [input],
  );
  const fields: LiveSceneProps['build'] = useCallback(
    (frame, { size, scroll }) => structFieldsScene({ ...input(frame), scroll }, size),
    [input],
  );
  const still = useMemo(() => input(null), [input]);
  const lines = Math.ceil(length / 64);
  return (
    <div className="struct">
      <StructHead subject={subject} layout={layout} side={side} />
      <div className="struct-blocks" style={{ flexBasis: Math.min(lines * 29 + 6, 154) }}>
        <LiveScene
          calm
          build={blocks}
          least={blocksLeast}
          height={(size) => blocksHeight(still, size)}
          onHover={onHover}
        />
      </div>
      <div className="struct-fields">
        <LiveScene
          calm
          build={fields}
          least={fieldsLeast}
          height={() => fieldsHeight(still)}
          scrollTo={selected === null ? null : fieldTop(still, selected)}
          onHover={onHover}
        />
      </div>
      {selected !== null && <FieldFoot subject={subject} layout={layout} path={selected} />}
    </div>
  );
}

const NOTHING = () => null;

/** Input of the struct views, except scrolling; null gives the parts that do not depend on the frame. */
function useInput(subject: Subject, layout: Layout, side: ValueSide, address: number, lit: string | null) {
  const before = useBefore(address, layout.summary.size);
  const { map } = subject;
  return useCallback(
    (frame: Frame | null): StructInput => {
      const window = { address, length: layout.summary.size };
      const bytes = (frame && subject.read(frame, window, side)) ?? new Uint8Array(layout.summary.size);
      return {
        name: layout.name,
        rows: layout.rows,
        bytes,
        before: frame && before(frame),
        lit,
        resolve: map ? mapResolver(map, side) : NOTHING,
        state: map?.state ?? null,
        scroll: 0,
      };
    },
    [subject, layout, side, address, lit, before, map],
  );
}

const SIDES = [
  { id: 'kvalue', title: 'kvalue', note: 'kernel' },
  { id: 'lookup', title: 'lookup', note: 'user space' },
] as const;

function StructHead({ subject, layout, side }: { subject: Subject; layout: Layout; side: ValueSide }) {
  const cold = useLab((state) => state.cold);
  const { summary } = layout;
  const { map } = subject;
  const note = map && sideNote(map, side);
  const holes = summary.holes > 0 ? `, ${plural(summary.holes, 'hole')} (${summary.sumHoles} B)` : '';
  return (
    <div className="struct-head">
      <Choice
        label="Struct"
        value={subject.id}
        items={subjects(cold).map(({ id, title, type }) => ({ value: id, title, note: type }))}
        onChoose={(id) => select({ ...subjects(cold).find((one) => one.id === id)?.selection, field: null })}
      >
        <b className="mono">{layout.name}</b>
        <ChevronDown aria-hidden="true" />
      </Choice>
      <p className="note">
        {summary.size} B, {plural(summary.cacheLines, 'cache line')}
        {holes} · {subject.title} · BTF id {layout.id}
      </p>
      {map && (
        <div className="sides" role="group" aria-label="Copy of the value">
          {SIDES.map(({ id, title, note }) => (
            <button
              key={id}
              type="button"
              className="tab"
              aria-pressed={id === side}
              onClick={() => choose({ copy: id })}
            >
              {title} <span className="note">({note})</span>
            </button>
          ))}
        </div>
      )}
      {note && (
        <details className="note side-note">
          <summary>{note.lead}</summary>
          {note.rest}
        </details>
      )}
    </div>
  );
}
