/** Every view, error number, check and problem has a help page that search finds. */
import { expect, test } from 'vitest';
import * as errnos from '../../engine/base/errnos.ts';
import { COMMANDS } from '../../engine/index.ts';
import { CODES } from '../../engine/isa/assembler/problems.ts';
import { TABS } from '../store/tabs.ts';
import { findPages, HELP_PAGES, pageFor } from './pages.ts';

const ids = new Set(HELP_PAGES.map(({ id }) => id));

test('every help page exists once and has text', () => {
  for (const name of Object.keys(errnos)) expect(ids).toContain(`errno.${name}`);
  for (const code of Object.values(CODES)) expect(ids).toContain(`error.${code}`);
  for (const [command, { steps }] of Object.entries(COMMANDS))
    for (const { id } of steps) expect(ids).toContain(`check.${command}.${id}`);
  for (const [pane, tabs] of Object.entries(TABS))
    if (pane !== 'narrow') for (const { id } of tabs) expect(ids).toContain(`view.${pane}.${id}`);
  expect(ids.size).toBe(HELP_PAGES.length);
  for (const { id, text } of HELP_PAGES) expect(text.length, id).toBeGreaterThan(15);
});

test('each pane has a page, whichever tab or text it shows', () => {
  for (const pane of ['type', 'layout', 'memory', 'behind', 'editor', 'timeline'])
    expect(pageFor(`view.${pane}.any`)?.id).toBe(`view.${pane}`);
  expect(pageFor('view.editor.my.cc.s')?.id).toBe('view.editor');
  expect(pageFor('view.editor.')?.id).toBe('view.editor');
  expect(pageFor('view.flows.table')?.id).toBe('view.flows.table');
  expect(pageFor('grace period')).toBeNull();
  expect(pageFor('')).toBeNull();
});

test('search finds typed words, best match first', () => {
  expect(findPages('EEXIST')[0].id).toBe('errno.EEXIST');
  expect(findPages('grace period')[0].id).toBe('term.grace-period');
  expect(findPages('E0303')[0].id).toBe('error.E0303');
  expect(findPages('tobefree')[0].id).toBe('term.TOBEFREE');
  expect(findPages('no such word at all')).toEqual([]);
  expect(findPages('')).toHaveLength(HELP_PAGES.length);
});
