/* Names of keys, and the command for a key press. */
import type { PageCommand } from './command.ts';

export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const NAMES: Readonly<Record<string, string>> = { ' ': 'Space' };

/**
 * Name of a key press, like `Ctrl+Shift+Enter`. Shift is part of it for letters and named keys; for other characters it is
 * only needed to type them.
 */
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

/** Whether a key types a character without a modifier; such keys are inert where text is typed. */
export const isSingle = (key: string): boolean => /^(Shift\+)?(.|Space)$/u.test(key);

/** Commands by key; a key belongs to one command only. */
export function keyTable(commands: readonly PageCommand[]): Map<string, PageCommand> {
  const table = new Map<string, PageCommand>();
  for (const command of commands) for (const key of command.keys ?? []) table.set(key, command);
  return table;
}
