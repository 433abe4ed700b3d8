/** A tab opens with any content of the browser's storage, and continues with what it can read. */
import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import { runs } from '../../engine/base/testing/runs.ts';
import type { Draft } from './draft.ts';

const DRAFT: Draft = {
  scenario: 'any-struct',
  kernel: null,
  edits: { 'counter.s': 'mine' },
  activeText: 'counter.s',
  breakpoints: [{ text: 'counter.s', line: 3 }],
  breaks: [{ on: 'edge', map: null, to: 'FREED' }],
  watches: ['r1'],
};

class Store {
  [key: string]: unknown;
  constructor(private readonly denied = false) {
    Object.defineProperty(this, 'denied', { enumerable: false });
  }
  private check(): void {
    if (this.denied) throw new Error('denied');
  }
  getItem(key: string): string | null {
    this.check();
    return Object.hasOwn(this, key) ? String(this[key]) : null;
  }
  setItem(key: string, value: string): void {
    this.check();
    this[key] = value;
  }
  removeItem(key: string): void {
    this.check();
    delete this[key];
  }
}

let shared = new Store();

/** A tab: its own sessionStorage, the browser's localStorage. */
async function tab(session = new Store(), local = shared, hash = '') {
  const closing: (() => void)[] = [];
  vi.resetModules();
  vi.stubGlobal('localStorage', local);
  vi.stubGlobal('sessionStorage', session);
  vi.stubGlobal('location', { hash });
  vi.stubGlobal('setInterval', () => 0);
  vi.stubGlobal('addEventListener', (name: string, act: () => void) => name === 'pagehide' && closing.push(act));
  const draft = await import('./draft.ts');
  const { useKeeping } = await import('../store/storage.ts');
  return {
    ...draft,
    session,
    keeping: () => useKeeping.getState(),
    close: () => {
      for (const act of closing) act();
    },
  };
}

beforeEach(() => {
  shared = new Store();
});

test('a reload continues its own draft', async () => {
  const first = await tab();
  expect(first.beginDraft()).toBeNull();
  expect(first.saveDraft(DRAFT)).toBe(true);
  first.close();
  expect((await tab(first.session)).beginDraft()).toEqual(DRAFT);
});

test('a long draft is saved once for many letters, also when the page is left before', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const first = await tab();
  first.beginDraft();
  const set = vi.spyOn(Store.prototype, 'setItem');
  const typed = (n: number): Draft => ({ ...DRAFT, edits: { 'counter.s': 'x'.repeat(100_000) + n } });
  for (let n = 0; n < 30; n++) first.saveDraft(typed(n));
  expect(set).toHaveBeenCalledTimes(0);
  vi.advanceTimersByTime(300);
  expect(set).toHaveBeenCalledTimes(1);
  first.saveDraft(typed(30));
  first.close();
  vi.useRealTimers();
  expect((await tab(first.session)).beginDraft()).toEqual(typed(30));
  set.mockRestore();
});

test('a new tab continues the draft of a closed tab, and only offers that of an open tab', async () => {
  const first = await tab();
  first.beginDraft();
  first.saveDraft(DRAFT);
  const second = await tab();
  expect(second.beginDraft()).toBeNull();
  expect(second.otherDrafts()).toMatchObject([{ live: true, draft: DRAFT }]);
  first.close();
  const third = await tab();
  expect(third.beginDraft()).toEqual(DRAFT);
  expect(third.otherDrafts()).toEqual([]);
});

test('a tab opened by a link leaves the draft of a closed tab unchanged', async () => {
  const first = await tab();
  first.beginDraft();
  first.saveDraft(DRAFT);
  first.close();
  const linked = await tab(new Store(), shared, '#scenario=any-struct');
  expect(linked.beginDraft()).toBeNull();
  expect(linked.otherDrafts()).toMatchObject([{ live: false, draft: DRAFT }]);
});

test('a tab duplicated by the browser gets its own draft', async () => {
  const first = await tab();
  first.beginDraft();
  first.saveDraft(DRAFT);
  const session = Object.assign(new Store(), { 'ops.play.tab': first.session['ops.play.tab'] });
  const copy = await tab(session);
  expect(copy.beginDraft()).toEqual(DRAFT);
  copy.saveDraft({ ...DRAFT, edits: {} });
  expect(copy.otherDrafts()).toMatchObject([{ live: true, draft: DRAFT }]);
});

test('without storage the page opens, and says that nothing is kept', async () => {
  const denied = await tab(new Store(true), new Store(true));
  expect(denied.beginDraft()).toBeNull();
  expect(denied.saveDraft(DRAFT)).toBe(false);
  expect(denied.keeping().keeps).toBe(false);
});

test('any value in storage gives a draft or none, and errors are reported', async () => {
  const value = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.json(),
    fc.record({ saved: fc.nat(), draft: fc.jsonValue() }).map((v) => JSON.stringify(v)),
    fc.tuple(fc.nat(), fc.string({ maxLength: 2 })).map(([at, put]) => {
      const text = JSON.stringify({ saved: 1, draft: DRAFT });
      return text.slice(0, at % text.length) + put + text.slice((at % text.length) + 1);
    }),
  );
  const begun = await tab();
  begun.beginDraft();
  fc.assert(
    fc.property(value, (text) => {
      shared['ops.play.draft.x'] = text;
      const others = begun.otherDrafts();
      const noted = begun.keeping().damaged.includes('ops.play.draft.x');
      if (others.length === 0) expect(noted || text === 'null').toBe(true);
      else expect(typeof others[0].draft.edits).toBe('object');
    }),
    { numRuns: runs(300, 10_000) },
  );
});
