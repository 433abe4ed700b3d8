import { choices, choose, TEXT_SIZES } from '../store/choices.ts';
import { openHelp } from '../store/help.ts';
import { taking } from './args.ts';
import type { PageCommand } from './command.ts';

function resize(by: 1 | -1): void {
  const at = TEXT_SIZES.findIndex((size) => size === choices().textSize);
  choose({ textSize: TEXT_SIZES[Math.min(TEXT_SIZES.length - 1, Math.max(0, at + by))] });
}

export const HELP_COMMANDS: readonly PageCommand[] = [
  {
    id: 'help.pages',
    title: 'Help and glossary: views, terms, error numbers, checks, problems',
    group: 'Help',
    keys: ['F1'],
    run: () => openHelp(''),
  },
  taking('help.page', {
    title: 'A page of the help',
    group: 'Help',
    hidden: true,
    run: ({ page }) => openHelp(page),
  }),
  { id: 'view.larger', title: 'Larger text', group: 'View', run: () => resize(1) },
  { id: 'view.smaller', title: 'Smaller text', group: 'View', run: () => resize(-1) },
  {
    id: 'view.motion',
    title: 'Motion: as the system, or less',
    group: 'View',
    run: () => choose({ motion: choices().motion === 'less' ? 'system' : 'less' }),
  },
];
