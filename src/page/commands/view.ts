import { choices, choose, chooseTab } from '../store/choices.ts';
import { PRESETS } from '../store/presets.ts';
import { useOverlay } from '../store/overlay.ts';
import { TABS } from '../store/tabs.ts';
import { dismiss, lab } from '../store/lab.ts';
import { isLight } from '../store/theme.ts';
import type { PageCommand } from './command.ts';

/** Where a small screen shows one pane at a time: the one that has the tab. */
const NARROW_OF_PANE = { lifecycle: 'lifecycle', flows: 'flows', side: 'struct' } as const;

const PRESET_COMMANDS = PRESETS.map(
  ({ id, title, narrow }, n): PageCommand => ({
    id: `view.${id}`,
    title: `${title} layout`,
    group: 'View',
    keys: [String(n + 1)],
    run: () => {
      choose({ preset: id });
      chooseTab('narrow', narrow);
    },
  }),
);

/**
 * Gives the focus to a field by its label once it is drawn: a pane that is loaded late takes some frames. A sheet or the palette that the
 * user opened meanwhile keeps the focus.
 */
function focusField(label: string, frames = 60): void {
  if (useOverlay.getState().overlay !== null) return;
  const field = document.querySelector<HTMLElement>(`input[aria-label="${label}"]`);
  if (field) field.focus();
  else if (frames > 0) requestAnimationFrame(() => focusField(label, frames - 1));
}

/** Fields where typing begins when a command shows the tab, by tab. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['ask', 'Question'],
  ['console', 'Command line'],
]);

/** Commands for the tabs of a pane; each first shows the pane. */
const tabCommands = (pane: keyof typeof NARROW_OF_PANE): PageCommand[] =>
  TABS[pane].map(({ id, title, shows }) => ({
    id: `view.${pane}.${id}`,
    title: `Show ${shows}`,
    also: title,
    group: 'View',
    run: () => {
      chooseTab(pane, id);
      chooseTab('narrow', NARROW_OF_PANE[pane]);
      const field = FIELDS.get(id);
      if (field !== undefined) focusField(field);
    },
  }));

export const VIEW_COMMANDS: readonly PageCommand[] = [
  {
    id: 'view.dismiss',
    title: 'Dismiss the notice',
    group: 'View',
    keys: ['Escape'],
    when: () => lab().notices.length > 0,
    run: () => dismiss(lab().notices.at(-1)?.n ?? 0),
  },
  ...PRESET_COMMANDS,
  ...tabCommands('lifecycle'),
  ...tabCommands('flows'),
  ...tabCommands('side'),
  {
    id: 'view.theme',
    title: 'Light or dark',
    group: 'View',
    keys: ['T'],
    run: () => choose({ theme: isLight() ? 'dark' : 'light' }),
  },
  {
    id: 'view.contrast',
    title: 'High contrast on or off',
    group: 'View',
    run: () => choose({ contrast: choices().contrast === 'more' ? 'system' : 'more' }),
  },
  {
    id: 'view.letters',
    title: 'Single-letter keys on or off',
    group: 'View',
    run: () => choose({ letterKeys: !choices().letterKeys }),
  },
];
