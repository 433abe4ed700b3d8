/* The editor that is on the page, where there is one: commands act on it without knowing Monaco. */
export interface EditorLink {
  /** 0-based line of the cursor */
  readonly line: () => number;
  readonly focus: () => void;
  /** takes the place of the whole text, and can be undone */
  readonly replace: (text: string) => void;
  /** shows a line and puts the cursor there */
  readonly reveal: (line: number) => void;
}

let link: EditorLink | null = null;
/** a line that is to be shown by the editor that is on its way */
let wanted: number | null = null;

export const editorLink = (): EditorLink | null => link;
export const setEditorLink = (editor: EditorLink | null): void => {
  link = editor;
  if (editor && wanted !== null) requestAnimationFrame(() => reveal(wanted));
};

/** Shows a line, now or as soon as there is an editor. */
export function reveal(line: number | null): void {
  wanted = link ? null : line;
  if (line !== null) link?.reveal(line);
}
