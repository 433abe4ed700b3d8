/*
 * The editor on the page. Monaco is loaded with this file, after the first paint; the text itself is in the page's
 * store, so that it exists before Monaco and without it.
 */
import type { editor } from 'monaco-editor/editor/editor.api';
import { runCommand } from '../page/commands/registry.ts';
import { useChoices } from '../page/store/choices.ts';
import { setEditorLink, useCursorLine } from '../page/store/editor-link.ts';
import { useLab } from '../page/store/lab.ts';
import { activeText, isListing, isTypes } from '../page/store/texts.ts';
import { editorActions } from './actions.ts';
import { registerC } from './c-language.ts';
import { registerCompletion } from './completion.ts';
import { followDecorations } from './decorations.ts';
import { followProblems, registerFixes } from './diagnostics.ts';
import { registerHover } from './hover.ts';
import { registerLanguage } from './language.ts';
import { registerLongInput } from './long-input.ts';
import { modelOf, replaceText, syncModels } from './models.ts';
import { monaco } from './monaco.ts';
import { followTheme } from './theme.ts';
import './editor.css';

registerLanguage();
registerC();
registerFixes();
registerHover();
registerCompletion();
registerLongInput();

const OPTIONS: editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  fontFamily: '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace',
  fontLigatures: false,
  fontSize: 13,
  lineHeight: 20,
  padding: { top: 6, bottom: 6 },
  glyphMargin: true,
  lineNumbersMinChars: 3,
  lineDecorationsWidth: 8,
  folding: false,
  minimap: { enabled: false },
  stickyScroll: { enabled: false },
  scrollBeyondLastLine: false,
  renderLineHighlight: 'none',
  renderFinalNewline: 'on',
  overviewRulerLanes: 0,
  hideCursorInOverviewRuler: true,
  overviewRulerBorder: false,
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
  contextmenu: false,
  fixedOverflowWidgets: true,
  wordBasedSuggestions: 'off',
  // Enter accepts a suggestion only if that changes the text; otherwise it ends the line
  acceptSuggestionOnEnter: 'smart',
  guides: { indentation: false },
  tabSize: 4,
  unicodeHighlight: { ambiguousCharacters: false },
};

/** Esc, then Tab: leaves the editor; any other key keeps Tab for the text. */
function leaveByEscape(editor: editor.IStandaloneCodeEditor): void {
  const setLeaving = (tabFocusMode: boolean): void => editor.updateOptions({ tabFocusMode });
  editor.onKeyDown(({ keyCode }) => {
    if (keyCode === monaco.KeyCode.Tab || keyCode === monaco.KeyCode.Shift) return;
    setLeaving(keyCode === monaco.KeyCode.Escape);
  });
  editor.onDidBlurEditorText(() => setLeaving(false));
}

function toggleByMouse(editor: editor.IStandaloneCodeEditor): void {
  editor.onMouseDown(({ target }) => {
    const { GUTTER_GLYPH_MARGIN, GUTTER_LINE_NUMBERS } = monaco.editor.MouseTargetType;
    if (target.type === GUTTER_GLYPH_MARGIN || target.type === GUTTER_LINE_NUMBERS)
      runCommand('program.breakpoint', { line: target.position.lineNumber - 1 });
  });
}

/** Where the user was in each text: cursor, selection and scrolling. */
const placesOf = new WeakMap<editor.ITextModel, editor.ICodeEditorViewState>();

function showActive(editor: editor.IStandaloneCodeEditor): void {
  const name = activeText();
  if (name === null) return;
  const model = modelOf(name);
  const before = editor.getModel();
  if (before === model) return;
  const left = editor.saveViewState();
  if (before && left) placesOf.set(before, left);
  editor.setModel(model);
  // a renamed text and a copy begin where their original was left
  const isSame = before !== null && before.getValue() === model.getValue();
  editor.restoreViewState(placesOf.get(model) ?? (isSame ? left : null));
  const listing = isListing(name);
  const written = isTypes(name) ? `Declared types ${name}` : `Program text ${name}`;
  const ariaLabel = listing ? `Listing of ${name}, read only` : written;
  editor.updateOptions({ ariaLabel: `${ariaLabel}. Escape, then Tab, leaves the editor`, readOnly: listing });
}

/** Mounts an editor in an element; the returned function removes it. */
export function mountEditor(place: HTMLElement): () => void {
  const endTheme = followTheme();
  const editor = monaco.editor.create(place, { ...OPTIONS, model: null });
  showActive(editor);
  leaveByEscape(editor);
  toggleByMouse(editor);
  const endDecorations = followDecorations(editor);
  const endProblems = followProblems(editor);
  const tellCursor = (): void => useCursorLine.setState({ line: (editor.getPosition()?.lineNumber ?? 1) - 1 });
  editor.onDidChangeCursorPosition(tellCursor);
  editor.onDidChangeModel(tellCursor);
  const ends = [
    useChoices.subscribe((now, before) => {
      if (now.edits !== before.edits) syncModels();
      showActive(editor);
    }),
    useLab.subscribe((now, before) => {
      if (now.scenario === before.scenario && now.cold?.objects === before.cold?.objects) return;
      syncModels();
      showActive(editor);
    }),
    endDecorations,
    endProblems,
    endTheme,
  ];
  setEditorLink({
    ...editorActions(editor),
    line: () => (editor.getPosition()?.lineNumber ?? 1) - 1,
    focus: () => editor.focus(),
    replace: (text) => {
      const model = editor.getModel();
      if (model) replaceText(model, text);
    },
    point: (line) => {
      editor.revealLineInCenterIfOutsideViewport(line + 1);
      editor.setPosition({ lineNumber: line + 1, column: 1 });
    },
    reveal: (line) => {
      editor.revealLineInCenterIfOutsideViewport(line + 1);
      editor.setPosition({ lineNumber: line + 1, column: 1 });
      editor.focus();
    },
  });
  return () => {
    setEditorLink(null);
    for (const end of ends) end();
    editor.dispose();
  };
}
