/* Breakpoints, the line that runs next, and what the lines before it did. */
import type { editor } from 'monaco-editor/editor/editor.api';
import { answerTo } from '../page/engine/answers.ts';
import { choices, useChoices } from '../page/store/choices.ts';
import { lab, useLab } from '../page/store/lab.ts';
import { activeText, shownLine } from '../page/store/texts.ts';
import { createHintLayer } from './hint-layer.ts';
import { monaco } from './monaco.ts';
import { NO_TRACE, type Trace, traced } from './trail.ts';

/** Monaco takes the end of the line for what lies beyond it. */
const LINE_END = 10_000;

type Decoration = editor.IModelDeltaDecoration;

const wholeLine = (line: number, options: editor.IModelDecorationOptions): Decoration => ({
  range: new monaco.Range(line + 1, 1, line + 1, 1),
  options: { ...options, isWholeLine: true },
});

/** Behind the text of a line, wherever that ends. */
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

/** A bar beside each line that ran, longer the more often; logarithmic, since loops dwarf the rest. */
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
    const hoverMessage = { value: `ran ${count.toLocaleString('en')} times up to now` };
    const bar = { linesDecorationsClassName: `heat heat-${Math.min(step, HEAT_STEPS)}`, hoverMessage };
    return [wholeLine(shown, bar), atEnd(shown, { after: { content: `  ${times}`, inlineClassName: 'heat-count' } })];
  });
}

/** What the lines of the shown text did; a line that ran twice shows the last time. */
function hintsOf(name: string, trace: Trace): Map<number, string> {
  if (trace.last?.text !== name) return new Map();
  const shown = [...trace.hints.values()].map(({ line, text }) => [shownLine(name, line), text] as const);
  return new Map(shown.filter((hint): hint is readonly [number, string] => hint[0] !== null));
}

/** Keeps the decorations of the shown text; returns what ends it. */
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
    // who comes to the editor next finds the cursor where the program stands
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
  return () => {
    for (const end of ends) end();
    layer.dispose();
    model.dispose();
  };
}
