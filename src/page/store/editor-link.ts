/* The editor on the page, if any: commands act on it without knowing Monaco. */
import { create } from 'zustand';
import type { Reference } from '../../engine/index.ts';
import type { Notice } from '../../protocol/messages.ts';

/** A label or function at the cursor. */
export interface NameAtCursor {
  readonly name: string;
  /** 0-based line of its definition; null when it has none */
  readonly line: number | null;
  readonly uses: number;
}

export interface EditorLink {
  /** 0-based line of the cursor */
  readonly line: () => number;
  readonly focus: () => void;
  /** replaces the whole text; can be undone */
  readonly replace: (text: string) => void;
  /** tidies the columns */
  readonly format: () => void;
  readonly referenceAtCursor: () => Promise<Reference | null>;
  readonly nameAtCursor: () => Promise<NameAtCursor | null>;
  /** converts mnemonics to pseudo-C in place; copies pseudo-C as mnemonics. Returns a notice, if any */
  readonly convert: () => Promise<Notice | null>;
  /** renames; returns null, or why it failed */
  readonly rename: (to: string) => Promise<string | null>;
  /** puts the cursor on a line and shows it, without taking the focus */
  readonly point: (line: number) => void;
  /** like `point`, and takes the focus */
  readonly reveal: (line: number) => void;
}

/** 0-based line of the cursor in the shown text; null without an editor. Panes highlight what belongs to it. */
export const useCursorLine = create<{ readonly line: number | null }>(() => ({ line: null }));

/** Errors of the shown text; `line`: 0-based, of the first of them. */
export const useProblems = create<{ readonly count: number; readonly line: number }>(() => ({ count: 0, line: 0 }));

let link: EditorLink | null = null;
/** line to be shown when the editor is loaded */
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

/** Shows a line, now or when the editor is loaded. */
export function reveal(line: number | null): void {
  wanted = link ? null : line;
  if (line !== null) link?.reveal(line);
}
