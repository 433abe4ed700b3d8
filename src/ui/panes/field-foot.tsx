import { useCallback } from 'react';
import type { Layout } from '../../engine/index.ts';
import { chainLeast, trampolineChainScene } from '../../views/trampoline/trampoline.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { Questions } from './questions.tsx';
import type { Subject } from './struct-subject.ts';

interface FieldFootProps {
  readonly subject: Subject;
  readonly layout: Layout;
  readonly path: string | null;
}

/** The selected field, and for a function pointer the way to its program. */
export function FieldFoot({ subject, layout, path }: FieldFootProps) {
  const { map } = subject;
  const row = layout.rows.find((one) => one.kind === 'field' && one.path === path) ?? null;
  const isFunction = row !== null && map !== null && /\(\*/.test(row.type);
  const build: LiveSceneProps['build'] = useCallback(
    (_, { size }) =>
      map && row
        ? trampolineChainScene({ map, member: row.name, offset: row.offset }, size)
        : { ...size, label: '', layers: [], marks: [] },
    [map, row],
  );
  if (!row) return null;
  return (
    <div className="field-foot">
      <p>
        <b className="mono">{row.path}</b> <span className="mono note">{row.type}</span>
      </p>
      <Questions
        asked={{ address: subject.address + row.offset, length: row.bitSize > 0 ? 1 : row.size }}
        path={row.path}
      />
      {isFunction && (
        <div className="chain">
          <LiveScene calm build={build} least={chainLeast} />
        </div>
      )}
    </div>
  );
}
