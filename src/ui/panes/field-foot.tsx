import { useCallback, useState } from 'react';
import { runCommand } from '../commands/registry.ts';
import type { Layout } from '../../engine/index.ts';
import { trampolineChainScene } from '../../views/trampoline/trampoline.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import type { Subject } from './struct-subject.ts';

interface FieldFootProps {
  readonly subject: Subject;
  readonly layout: Layout;
  readonly path: string | null;
}

/** Questions over the recorded run; answers are places in it. */
export function Questions({ address, length, path }: { address: number; length: number; path: string }) {
  const [value, setValue] = useState('');
  const wanted = /^(\d+|0x[0-9a-f]+)$/i.test(value.trim()) && length <= 8 ? BigInt(value.trim()) : null;
  if (address <= 0 || length <= 0) return null;
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== null) runCommand('ask.bytes', { address, length, value: String(wanted) });
      }}
    >
      <button
        type="button"
        className="button small"
        onClick={() => runCommand('ask.bytes', { address, length })}
        title={`Back to what wrote ${path} last`}
      >
        Who wrote it last?
      </button>
      <label className="row">
        When was it
        <input
          className="text-input narrow"
          aria-label={`Value of ${path}`}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
      </label>
      <button type="submit" className="button small" aria-disabled={wanted === null}>
        ?
      </button>
    </form>
  );
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
      <Questions address={subject.address + row.offset} length={row.bitSize > 0 ? 1 : row.size} path={row.path} />
      {isFunction && (
        <div className="chain">
          <LiveScene calm build={build} />
        </div>
      )}
    </div>
  );
}
