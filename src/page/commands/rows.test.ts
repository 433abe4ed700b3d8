/** Every row of tabs, presets and sheets can be reached by its command. */
import { expect, test, vi } from 'vitest';
import { choices } from '../store/choices.ts';
import { useOverlay } from '../store/overlay.ts';
import { PRESETS } from '../store/presets.ts';
import { SHEETS } from '../store/sheets.ts';
import { TABS } from '../store/tabs.ts';
import { commandById } from './registry.ts';

// the little of a browser that the commands touch; it must be there before they are imported
vi.hoisted(() => {
  const nothing = (): void => {};
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: nothing }));
  vi.stubGlobal('document', {
    activeElement: null,
    querySelector: () => null,
    documentElement: { dataset: {}, style: { setProperty: nothing } },
    addEventListener: nothing,
  });
  vi.stubGlobal('requestAnimationFrame', nothing);
  vi.stubGlobal('HTMLElement', class {});
});

const run = (id: string): void => commandById(id)?.run({});

test('a preset is chosen by its command and by the key of its number', () => {
  for (const [n, { id, narrow }] of PRESETS.entries()) {
    expect(commandById(`view.${id}`)?.keys).toEqual([String(n + 1)]);
    run(`view.${id}`);
    expect([choices().preset, choices().tabs.narrow]).toEqual([id, narrow]);
  }
});

test('a tab is shown by its command', () => {
  for (const [pane, rows] of Object.entries(TABS)) {
    if (pane === 'narrow') continue;
    for (const { id } of rows) {
      run(`view.${pane}.${id}`);
      expect(choices().tabs).toMatchObject({ [pane]: id });
    }
  }
});

test('a sheet is shown by the command of its row', () => {
  expect(new Set(SHEETS.map(({ id }) => id)).size).toBe(SHEETS.length);
  for (const { id, command } of SHEETS) {
    if (!command) continue;
    run(command.id);
    expect(useOverlay.getState().overlay).toBe(id);
  }
});
