/* Names for tests of the assembler: a small kernel of a struct, an enum and two kfuncs; and what its texts assemble to. */
import { assemble, assembleBare } from '../assembler.ts';
import type { SymbolSource } from '../symbols.ts';

const FIELDS: Record<string, readonly [offset: number, size: number, bit?: number, bitSize?: number]> = {
  snd_cwnd: [100, 4],
  prior_cwnd: [104, 4],
  snd_ssthresh: [108, 4],
  max_packets_out: [112, 4],
  snd_cwnd_cnt: [116, 4],
  snd_cwnd_clamp: [120, 4],
  delivered_mstamp: [128, 8],
  is_cwnd_limited: [136, 1, 5, 1],
};
export const KFUNCS = ['tcp_slow_start', 'tcp_cong_avoid_ai'];

export const symbols: SymbolSource = {
  field(struct, path) {
    const row = struct === 'tcp_sock' ? Object.entries(FIELDS).find(([name]) => name === path)?.[1] : undefined;
    return row ? { offset: row[0], size: row[1], bit: row[2] ?? 0, bitSize: row[3] ?? 0 } : null;
  },
  fields: () => Object.keys(FIELDS),
  structs: () => ['tcp_sock'],
  enumerator: (_, name) => (name === 'CA_EVENT_LOSS' ? 3n : null),
  enumerators: () => ['CA_EVENT_LOSS', 'CA_EVENT_TX_START'],
  enums: () => ['tcp_ca_event'],
  kfunc: (name) => (KFUNCS.includes(name) ? { id: 90000 + KFUNCS.indexOf(name), prototype: '' } : null),
  kfuncs: () => KFUNCS,
  members: (name) =>
    name === 'tcp_congestion_ops'
      ? [
          { name: 'ssthresh', isFunction: true, prototype: '' },
          { name: 'undo_cwnd', isFunction: true, prototype: '' },
          { name: 'cong_avoid', isFunction: true, prototype: '' },
          { name: 'flags', isFunction: false, prototype: '' },
        ]
      : [],
};

/** One line as hex of its slots. */
export function hex(line: string): string {
  const { value, diagnostics } = assembleBare(line, symbols);
  if (diagnostics.length > 0) throw new Error(`${line}: ${diagnostics.map(({ message }) => message).join(' ')}`);
  return [...value.insns].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `code line:column-endColumn` of each diagnostic, and the text that its fix puts there */
export function problems(text: string): string[] {
  return assemble(text, symbols).diagnostics.map(({ code, range, fix }) => {
    const place = `${code} ${range.line}:${range.column}-${range.endColumn}`;
    return fix ? `${place} -> ${fix.text}` : place;
  });
}
