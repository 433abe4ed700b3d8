import { useCallback, useState } from 'react';
import { runCommand } from '../../page/commands/registry.ts';
import type { Layout } from '../../engine/index.ts';
import { trampolineChainScene } from '../../views/trampoline/trampoline.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import type { Subject } from './struct-subject.ts';

interface FieldFootProps {
  readonly subject: Subject;
  readonly layout: Layout;
  readonly path: string | null;
}

/** Subject of a question: bytes of the machine, or a register of the stopped program. */
export type Asked = { readonly address: number; readonly length: number } | { readonly register: number };

/** Questions about the recorded run; answers are places in it. */
export function Questions({ asked, path }: { asked: Asked; path: string }) {
  const [value, setValue] = useState('');
  const wanted = numberIn(value, asked);
  if ('address' in asked && (asked.address <= 0 || asked.length <= 0)) return null;
  const ask = (about: { value?: string }): void => {
    if ('register' in asked) runCommand('ask.register', { ...asked, ...about });
    else runCommand('ask.bytes', { ...asked, ...about });
  };
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== null) ask({ value: String(wanted) });
      }}
    >
      <button type="button" className="button small" onClick={() => ask({})} title={`Back to what wrote ${path} last`}>
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

/** Registers may be negative. */
function numberIn(text: string, asked: Asked): bigint | null {
  const [, minus, digits] = /^\s*(-?)(\d+|0x[0-9a-f]+)\s*$/i.exec(text) ?? [];
  if (digits === undefined || ('length' in asked && (asked.length > 8 || minus))) return null;
  return minus ? -BigInt(digits) : BigInt(digits);
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
          <LiveScene calm build={build} />
        </div>
      )}
    </div>
  );
}
