/* The editor that is on the page, where there is one: commands act on it without knowing Monaco. */
import { create } from 'zustand';
import type { Reference } from '../../engine/index.ts';
import type { Notice } from '../../protocol/messages.ts';

/** A label or function at the cursor. */
export interface NameAtCursor {
  readonly name: string;
  /** 0-based line of its definition; null where it has none */
  readonly line: number | null;
  readonly uses: number;
}

export interface EditorLink {
  /** 0-based line of the cursor */
  readonly line: () => number;
  readonly focus: () => void;
  /** takes the place of the whole text, and can be undone */
  readonly replace: (text: string) => void;
  /** tidies the columns */
  readonly format: () => void;
  readonly referenceAtCursor: () => Promise<Reference | null>;
  readonly nameAtCursor: () => Promise<NameAtCursor | null>;
  /** mnemonics become pseudo-C in place; pseudo-C is copied as mnemonics. What there is to say of it */
  readonly convert: () => Promise<Notice | null>;
  /** null: done; else why not */
  readonly rename: (to: string) => Promise<string | null>;
  /** puts the cursor on a line and shows it; the keyboard stays where it is */
  readonly point: (line: number) => void;
  /** the same, and what is typed goes there */
  readonly reveal: (line: number) => void;
}

/** 0-based line of the cursor in the shown text; null without an editor. Panes light what belongs to it. */
export const useCursorLine = create<{ readonly line: number | null }>(() => ({ line: null }));

/** Errors of the shown text; `line`: 0-based, of the first of them. */
export const useProblems = create<{ readonly count: number; readonly line: number }>(() => ({ count: 0, line: 0 }));

let link: EditorLink | null = null;
/** a line that is to be shown by the editor that is on its way */
let wanted: number | null = null;

export const editorLink = (): EditorLink | null => link;
export const setEditorLink = (editor: EditorLink | null): void => {
  link = editor;
  if (!editor) {
    useCursorLine.setState({ line: null });
    useProblems.setState({ count: 0 });
  }
  if (editor && wanted !== null) requestAnimationFrame(() => reveal(wanted));
};

/** Shows a line, now or as soon as there is an editor. */
export function reveal(line: number | null): void {
  wanted = link ? null : line;
  if (line !== null) link?.reveal(line);
}
