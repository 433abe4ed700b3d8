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

export const editorLink = (): EditorLink | null => link;
export const setEditorLink = (editor: EditorLink | null): void => {
  link = editor;
};
