/* Decorations: breakpoints, the line that runs next, and effects of executed lines. */
import type { editor } from 'monaco-editor/editor/editor.api';
import { answerTo } from '../page/engine/answers.ts';
import { choices, useChoices } from '../page/store/choices.ts';
import { lab, useLab } from '../page/store/lab.ts';
import { activeText, shownLine } from '../page/store/texts.ts';
import { createHintLayer } from './hint-layer.ts';
import { monaco } from './monaco.ts';
import { NO_TRACE, type Trace, traced } from './trail.ts';

/** A column beyond every line; Monaco clips it to the line's end. */
const LINE_END = 10_000;

type Decoration = editor.IModelDeltaDecoration;

const wholeLine = (line: number, options: editor.IModelDecorationOptions): Decoration => ({
  range: new monaco.Range(line + 1, 1, line + 1, 1),
  options: { ...options, isWholeLine: true },
});

/** A decoration after the text of a line. */
const atEnd = (line: number, options: editor.IModelDecorationOptions): Decoration => ({
  range: new monaco.Range(line + 1, LINE_END, line + 1, LINE_END),
  options: { ...options, showIfCollapsed: true },
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

const HEAT_STEPS = 5;

/** A bar beside each executed line, longer for more executions; logarithmic, since loops dwarf the rest. */
function heatMarks(name: string): Decoration[] {
  const { answers, cold } = lab();
  const heat = answerTo(answers, 'heat');
  if (!choices().heat || !heat) return [];
  const byLine = new Map<number, number>();
  for (const { id, text, lines } of cold?.maps.flatMap(({ progs }) => progs) ?? []) {
    if (text !== name) continue;
    heat.heat[id]?.forEach((count, slot) => {
      const line = lines[slot];
      if (line !== undefined) byLine.set(line, Math.max(byLine.get(line) ?? 0, count));
    });
  }
  const most = Math.log(Math.max(2, ...byLine.values()));
  return [...byLine].flatMap(([line, count]) => {
    const shown = shownLine(name, line);
    if (shown === null || count === 0) return [];
    const step = Math.max(1, Math.ceil((Math.log(count + 1) / most) * HEAT_STEPS));
    const times = `${count.toLocaleString('en')}×`;
    const hoverMessage = { value: `ran ${count.toLocaleString('en')} times so far` };
    const bar = { linesDecorationsClassName: `heat heat-${Math.min(step, HEAT_STEPS)}`, hoverMessage };
    return [wholeLine(shown, bar), atEnd(shown, { after: { content: `  ${times}`, inlineClassName: 'heat-count' } })];
  });
}

/** Effects of the shown text's lines; a line that ran twice shows the last. */
function hintsOf(name: string, trace: Trace): Map<number, string> {
  if (trace.last?.text !== name) return new Map();
  const shown = [...trace.hints.values()].map(({ line, text }) => [shownLine(name, line), text] as const);
  return new Map(shown.filter((hint): hint is readonly [number, string] => hint[0] !== null));
}

/** Keeps the decorations of the shown text up to date; the returned function stops it. */
export function followDecorations(editor: editor.IStandaloneCodeEditor): () => void {
  const marks = editor.createDecorationsCollection();
  const layer = createHintLayer(editor);
  let trace: Trace = NO_TRACE;
  const draw = (): void => {
    const name = activeText();
    if (name === null) return;
    marks.set([...breakpointMarks(name), ...heatMarks(name), ...currentMark(name)]);
    layer.set(hintsOf(name, trace));
  };
  const onStop = (): void => {
    const { cpu } = lab();
    const shown = cpu && cpu.text === activeText() ? shownLine(cpu.text, cpu.line) : null;
    if (shown === null) return;
    // put the cursor on the current line, for when the editor gets the focus
    if (!editor.hasTextFocus()) editor.setPosition({ lineNumber: shown + 1, column: 1 });
    editor.revealLineInCenterIfOutsideViewport(shown + 1, monaco.editor.ScrollType.Immediate);
  };
  const ends = [
    useLab.subscribe((now, before) => {
      if (now.answers !== before.answers) draw();
      if (now.cpu === before.cpu && now.loaded === before.loaded) return;
      trace = traced(trace, now.cpu);
      draw();
      onStop();
    }),
    useChoices.subscribe((now, before) => {
      if (
        now.heat !== before.heat ||
        now.breakpoints !== before.breakpoints ||
        now.activeText !== before.activeText ||
        now.edits !== before.edits
      )
        draw();
    }),
  ];
  const model = editor.onDidChangeModel(draw);
  draw();
  // a stop in another text comes before the editor of that text
  onStop();
  return () => {
    for (const end of ends) end();
    layer.dispose();
    model.dispose();
  };
}
