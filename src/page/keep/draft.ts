/*
 * Saves what is typed as it is typed: one draft per tab, so that two tabs do not overwrite each other. A tab's number
 * is in sessionStorage; an open tab writes a heartbeat, and reports its end. A new tab continues with the newest draft
 * that no open tab has; drafts of open tabs are offered as copies.
 */
import type { Break } from '../../engine/index.ts';
import type { Breakpoint } from '../../protocol/messages.ts';
import { breakOf, breakOptions } from '../share/break-schema.ts';
import { type Decoder, list, nullable, object, record, text, whole } from '../share/schema.ts';
import { damaged, forget, keptKeys, load, save } from '../store/storage.ts';

export interface Draft {
  readonly scenario: string | null;
  readonly kernel: string | null;
  readonly edits: Readonly<Record<string, string>>;
  readonly activeText: string | null;
  readonly breakpoints: readonly Breakpoint[];
  readonly breaks: readonly Break[];
  readonly watches: readonly string[];
}

interface SavedDraft {
  /** wall clock, ms */
  readonly saved: number;
  readonly draft: Draft;
}

export interface OtherDraft extends SavedDraft {
  readonly tab: string;
}

const DRAFT = 'ops.play.draft.';
const BEAT = 'ops.play.beat.';
const TAB = 'ops.play.tab';

/** Beginning of the hash in a speaker's window. */
const SPEAKER = '#speaker=';
/** One view for a slide. */
const EMBED = /[#&]embed=/;
const BEAT_MS = 10_000;
/** Silence after which a tab counts as closed, ms; a hidden tab's timer may be slowed to once a minute. */
const SILENT_MS = 150_000;
/** Most drafts kept of closed tabs. */
const MOST_DRAFTS = 12;

const savedDraft: Decoder<SavedDraft> = object<SavedDraft>({
  saved: whole(0),
  draft: object<Draft>({
    scenario: nullable(text(80)),
    kernel: nullable(text(40)),
    edits: record(text(20_000_000), 500),
    activeText: nullable(text(120)),
    breakpoints: list(object<Breakpoint>({ text: text(120), line: whole(0), ...breakOptions }), 1000),
    breaks: list(breakOf, 1000),
    watches: list(text(400), 1000),
  }),
});

function read(tab: string): SavedDraft | null {
  const value = load(DRAFT + tab);
  if (value === null) return null;
  const decoded = savedDraft(value, '');
  if (!decoded.ok) damaged(DRAFT + tab);
  return decoded.ok ? decoded.value : null;
}

const isLive = (tab: string): boolean => {
  const beat = load(BEAT + tab);
  return typeof beat === 'number' && Date.now() - beat < SILENT_MS;
};

const tabsWithDrafts = (): string[] =>
  keptKeys().flatMap((key) => (key.startsWith(DRAFT) ? [key.slice(DRAFT.length)] : []));

let tab = '';

function remember(mine: string): void {
  tab = mine;
  try {
    sessionStorage.setItem(TAB, mine);
  } catch {
    // the draft is then found as one without an open tab
  }
}

function remembered(): string | null {
  try {
    return sessionStorage.getItem(TAB);
  } catch {
    return null;
  }
}

const beat = (): void => void save(BEAT + tab, Date.now());

function live(): void {
  beat();
  setInterval(beat, BEAT_MS);
  addEventListener('pagehide', () => {
    saveWaiting();
    forget(BEAT + tab);
  });
  addEventListener('pageshow', beat);
}

/** The newest first. */
const newest = (drafts: readonly OtherDraft[]): OtherDraft[] => drafts.toSorted((a, b) => b.saved - a.saved);

/** Drafts of other tabs, newest first; `live`: the tab is open. */
export function otherDrafts(): (OtherDraft & { readonly live: boolean })[] {
  const found = tabsWithDrafts()
    .filter((one) => one !== tab)
    .flatMap((one) => {
      const draft = read(one);
      return draft ? [{ tab: one, ...draft }] : [];
    });
  return newest(found).map((draft) => ({ ...draft, live: isLive(draft.tab) }));
}

export function dropDraft(of: string): void {
  forget(DRAFT + of);
  forget(BEAT + of);
}

/** The draft with which this tab continues; null when it starts afresh. Called once, before anything is drawn. */
export function beginDraft(): Draft | null {
  // the speaker's window belongs to another tab, and a frame of a slide to nobody: a draft of it would open the next page
  if (typeof location === 'undefined' || location.hash.startsWith(SPEAKER) || EMBED.test(location.hash)) return null;
  const mine = remembered();
  const before = mine === null ? null : read(mine);
  remember(mine !== null && !isLive(mine) ? mine : crypto.randomUUID());
  const adopted = before ? null : adopt();
  live();
  const draft = before?.draft ?? adopted?.draft ?? null;
  // save under a new number: another tab may still have the original
  if (draft && tab !== mine) save(DRAFT + tab, { saved: Date.now(), draft });
  return draft;
}

/** Takes over the newest draft of a closed tab; not when a link says what this tab opens. */
function adopt(): OtherDraft | null {
  const left = otherDrafts().filter((draft) => !draft.live);
  for (const { tab: old } of left.slice(MOST_DRAFTS)) dropDraft(old);
  const [newest] = left;
  if (location.hash.length > 1 || !newest) return null;
  dropDraft(newest.tab);
  return newest;
}

/** Letters of texts from which saving takes longer than a key may: such a draft is saved a few times a second. */
const LONG = 50_000;
/** Time from a change of a long draft to its saving, ms: all that a crash of the browser can lose. */
const SOON_MS = 250;
let waiting: Draft | null = null;

const store = (draft: Draft): boolean => save(DRAFT + tab, { saved: Date.now(), draft });

function saveWaiting(): void {
  if (waiting) store(waiting);
  waiting = null;
}

/** Saves the draft, a long one soon and at the latest when the page is left. False when the browser refuses. */
export function saveDraft(draft: Draft): boolean {
  if (tab === '') return false;
  const letters = Object.values(draft.edits).reduce((sum, { length }) => sum + length, 0);
  if (letters < LONG) {
    waiting = null;
    return store(draft);
  }
  if (!waiting) setTimeout(saveWaiting, SOON_MS);
  waiting = draft;
  return true;
}
