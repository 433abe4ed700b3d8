/* Questions about bytes of the machine, or about a register: who wrote them, and when they had a value. */
import { useState } from 'react';
import { runCommand } from '../../page/commands/registry.ts';

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
