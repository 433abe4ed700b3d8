/* Short hints at the right edge of lines, over the text if it is long. */
import type { editor } from 'monaco-editor/editor/editor.api';
import { monaco } from './monaco.ts';

export interface HintLayer {
  /** by 0-based line of the shown text */
  readonly set: (hints: ReadonlyMap<number, string>) => void;
  readonly dispose: () => void;
}

export function createHintLayer(editor: editor.IStandaloneCodeEditor): HintLayer {
  const node = document.createElement('div');
  node.className = 'hint-layer';
  node.ariaHidden = 'true';
  editor.addOverlayWidget({ getId: () => 'line hints', getDomNode: () => node, getPosition: () => null });
  let shown: readonly { readonly line: number; readonly mark: HTMLElement }[] = [];
  const place = (): void => {
    const lineHeight = editor.getOption(monaco.editor.EditorOption.lineHeight);
    const { height, verticalScrollbarWidth } = editor.getLayoutInfo();
    for (const { line, mark } of shown) {
      const top = editor.getTopForLineNumber(line + 1) - editor.getScrollTop();
      mark.hidden = top < -lineHeight || top > height;
      mark.style.top = `${top}px`;
      mark.style.right = `${verticalScrollbarWidth}px`;
    }
  };
  const listeners = [editor.onDidScrollChange(place), editor.onDidLayoutChange(place), editor.onDidChangeModel(place)];
  return {
    set: (hints) => {
      shown = [...hints].map(([line, text]) => {
        const mark = document.createElement('span');
        mark.textContent = text;
        return { line, mark };
      });
      node.replaceChildren(...shown.map(({ mark }) => mark));
      place();
    },
    dispose: () => {
      for (const listener of listeners) listener.dispose();
    },
  };
}
