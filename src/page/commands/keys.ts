/* Keys as text, and which command a key press means. */
import type { PageCommand } from './command.ts';

export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const NAMES: Readonly<Record<string, string>> = { ' ': 'Space' };

/** `Ctrl+Shift+Enter`. Shift is named with letters and named keys; with others it is how the sign is typed. */
export function keyOf(press: Press): string {
  const sign = press.key.length === 1;
  const letter = sign && /\p{L}/u.test(press.key);
  const name = NAMES[press.key] ?? (letter ? press.key.toUpperCase() : press.key);
  const parts = [
    press.ctrlKey || press.metaKey ? 'Ctrl' : '',
    press.altKey ? 'Alt' : '',
    press.shiftKey && (!sign || letter) ? 'Shift' : '',
    name,
  ];
  return parts.filter((part) => part !== '').join('+');
}

/** Acts without a modifier, and types a sign: inert where text is typed. */
export const isSingle = (key: string): boolean => /^(Shift\+)?(.|Space)$/u.test(key);

/** Commands by key; a key belongs to one command only. */
export function keyTable(commands: readonly PageCommand[]): Map<string, PageCommand> {
  const table = new Map<string, PageCommand>();
  for (const command of commands) for (const key of command.keys ?? []) table.set(key, command);
  return table;
}
