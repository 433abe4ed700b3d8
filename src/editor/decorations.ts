/* Breakpoints, the line that runs next, and what the lines before it did. */
import type { editor } from 'monaco-editor/editor/editor.api';
import { choices, useChoices } from '../ui/store/choices.ts';
import { lab, useLab } from '../ui/store/lab.ts';
import { activeText, shownLine } from '../ui/store/texts.ts';
import { monaco } from './monaco.ts';
import { type Hint, NO_TRACE, type Trace, traced } from './trail.ts';

type Decoration = editor.IModelDeltaDecoration;

const wholeLine = (line: number, options: editor.IModelDecorationOptions): Decoration => ({
  range: new monaco.Range(line + 1, 1, line + 1, 1),
  options: { ...options, isWholeLine: true },
});

function breakpointMarks(name: string): Decoration[] {
  return choices()
    .breakpoints.filter(({ text }) => text === name)
    .flatMap(({ line }) => {
      const shown = shownLine(name, line);
      if (shown === null) return [];
      const glyphMarginHoverMessage = { value: 'Breakpoint' };
      return [wholeLine(shown, { glyphMarginClassName: 'breakpoint-glyph', glyphMarginHoverMessage })];
    });
}

function currentMark(name: string): Decoration[] {
  const { cpu } = lab();
  const shown = cpu?.text === name ? shownLine(name, cpu.line) : null;
  if (shown === null) return [];
  return [wholeLine(shown, { className: 'current-line', marginClassName: 'current-line-margin' })];
}

/** Columns that fit, less what scroll bar and air take. */
function columnsOf(editor: editor.ICodeEditor): number {
  const { contentWidth } = editor.getLayoutInfo();
  const { typicalHalfwidthCharacterWidth: width } = editor.getOption(monaco.editor.EditorOption.fontInfo);
  return Math.floor((contentWidth - 18) / width);
}

/** Hints stand at the right edge, or two spaces behind a line that reaches so far. */
function hintMarks(
  editor: editor.ICodeEditor,
  model: editor.ITextModel,
  name: string,
  hints: readonly Hint[],
): Decoration[] {
  const columns = columnsOf(editor);
  const newest = new Map(hints.map((hint) => [hint.line, hint.text]));
  return [...newest].flatMap(([line, text]) => {
    const shown = shownLine(name, line);
    if (shown === null || shown >= model.getLineCount()) return [];
    const end = model.getLineMaxColumn(shown + 1);
    const gap = Math.max(2, columns - (end - 1) - text.length);
    return [
      {
        range: new monaco.Range(shown + 1, end, shown + 1, end),
        options: {
          showIfCollapsed: true,
          after: { content: `${'\u00a0'.repeat(gap)}${text}`, inlineClassName: 'line-hint' },
        },
      },
    ];
  });
}

/** Keeps the decorations of the shown text; returns what ends it. */
export function followDecorations(editor: editor.IStandaloneCodeEditor): () => void {
  const marks = editor.createDecorationsCollection();
  let trace: Trace = NO_TRACE;
  const draw = (): void => {
    const model = editor.getModel();
    const name = activeText();
    if (!model || name === null) return;
    const hints = trace.last?.text === name ? [...trace.hints.values()] : [];
    marks.set([...breakpointMarks(name), ...currentMark(name), ...hintMarks(editor, model, name, hints)]);
  };
  const onStop = (): void => {
    const { cpu } = lab();
    const shown = cpu && cpu.text === activeText() ? shownLine(cpu.text, cpu.line) : null;
    if (shown !== null) editor.revealLineInCenterIfOutsideViewport(shown + 1, monaco.editor.ScrollType.Immediate);
  };
  const ends = [
    useLab.subscribe((now, before) => {
      if (now.cpu === before.cpu && now.loaded === before.loaded) return;
      trace = traced(trace, now.cpu);
      draw();
      onStop();
    }),
    useChoices.subscribe((now, before) => {
      if (now.breakpoints !== before.breakpoints || now.activeText !== before.activeText || now.edits !== before.edits)
        draw();
    }),
  ];
  const layout = editor.onDidLayoutChange(draw);
  const model = editor.onDidChangeModel(draw);
  draw();
  return () => {
    for (const end of ends) end();
    layout.dispose();
    model.dispose();
  };
}
