/*
 * All pages of the help, and their search. Pages of checks come from the kernel's own tables, so that none is missing.
 */
import { COMMANDS } from '../../engine/index.ts';
import { ERRNO_PAGES } from './errnos.ts';
import { ERROR_PAGES } from './errors.ts';
import type { HelpPage } from './page.ts';
import { TERM_PAGES } from './terms.ts';
import { VIEW_PAGES } from './views.ts';

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Pages of checks; a step that exists in two versions has two pages. */
function checkPages(): HelpPage[] {
  const taken = new Map<string, number>();
  return Object.entries(COMMANDS).flatMap(([command, { steps }]) =>
    steps.map(({ id, source, text, since }): HelpPage => {
      const name = `check.${command}.${id}`;
      const n = (taken.get(name) ?? 0) + 1;
      taken.set(name, n);
      const where = `A step of ${command}, in ${source}${since === undefined ? '' : ` (since ${since})`}.`;
      return {
        id: n === 1 ? name : `${name}.${n}`,
        kind: 'check',
        title: id.replaceAll('-', ' '),
        text: `${sentence(text)} ${where}`,
      };
    }),
  );
}

export const HELP_PAGES: readonly HelpPage[] = [
  ...VIEW_PAGES,
  ...TERM_PAGES,
  ...ERRNO_PAGES,
  ...checkPages(),
  ...ERROR_PAGES,
];

/** The page of an id, or of the nearest thing around it: a text's tab has the page of its pane. */
export function pageFor(id: string): HelpPage | null {
  const found = HELP_PAGES.find((page) => page.id === id);
  const end = id.lastIndexOf('.');
  return found ?? (end > 0 ? pageFor(id.slice(0, end)) : null);
}

/**
 * Rank of a page: matches of the name come first, then of the beginning of a title, of words in a title, and of the
 * text.
 */
function score({ id, title, text }: HelpPage, words: readonly string[]): number {
  const name = id.slice(id.indexOf('.') + 1).toLowerCase();
  const head = title.toLowerCase();
  const body = text.toLowerCase();
  let sum = 0;
  for (const word of words) {
    if (name === word || head === word) sum += 100;
    else if (head.startsWith(word) || name.startsWith(word)) sum += 40;
    else if (head.includes(word) || name.includes(word)) sum += 20;
    else if (body.includes(word)) sum += 5;
    else return 0;
  }
  return sum;
}

/** Pages that contain every word; all pages in their own order for an empty query. */
export function findPages(query: string): readonly HelpPage[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return HELP_PAGES;
  return HELP_PAGES.map((page) => ({ page, points: score(page, words) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .map(({ page }) => page);
}
