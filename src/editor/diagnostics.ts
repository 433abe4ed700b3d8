/* Shows the assembler's diagnostics as squiggles, and its fixes as quick fixes. */
import type { editor, languages } from 'monaco-editor/editor/editor.api';
import { type Diagnostic, isVerifierLog, type Parsed, type SymbolSource, TYPES_TEXT } from '../engine/index.ts';
import { analyse, analysisTook, kernelSymbols } from './analysis.ts';
import { pauseBefore } from './pause.ts';
import { ask } from '../page/engine/engine.ts';
import { declaredTypes } from '../page/engine/kernel.ts';
import { useChoices } from '../page/store/choices.ts';
import { useProblems } from '../page/store/editor-link.ts';
import { useLab } from '../page/store/lab.ts';
import { C_LANGUAGE } from './c-language.ts';
import { LANGUAGE } from './language.ts';
import { monaco } from './monaco.ts';
import { toMonaco } from './places.ts';
import { plainRefusal } from './plain-refusal.ts';

const OWNER = 'assembler';

const markerOf = ({ severity, code, message, range }: Diagnostic): editor.IMarkerData => ({
  severity: severity === 'error' ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
  code,
  message,
  ...toMonaco(range),
});

/** Diagnostics of a text; a kernel's log is not assembled, so it has none. */
async function complaints(
  model: editor.ITextModel,
  symbols: SymbolSource,
): Promise<Pick<Parsed<unknown>, 'diagnostics'>> {
  const text = model.getValue();
  if (isVerifierLog(text)) return { diagnostics: [] };
  const isC = model.getLanguageId() === C_LANGUAGE;
  return isC && text.trim() !== '' ? declaredTypes(text) : analyse(model, symbols);
}

async function check(model: editor.ITextModel): Promise<void> {
  const kernel = await kernelSymbols();
  if (!kernel || model.isDisposed()) return;
  const empty = model.getValue().trim() === '';
  const isC = model.getLanguageId() === C_LANGUAGE;
  const { diagnostics } = await complaints(model, kernel.symbols);
  if (model.isDisposed()) return;
  monaco.editor.setModelMarkers(model, OWNER, empty ? [] : diagnostics.map(markerOf));
  if (!isC && !empty) await checkVerdict(model);
}

const VERIFIER = 'verifier';

const plain = (message: string): string => {
  const words = plainRefusal(message);
  return words === '' ? '' : `\n${words}`;
};

/** Marks what the verifier refuses at the instruction's line; only for the newest text. */
async function checkVerdict(model: editor.ITextModel): Promise<void> {
  const text = model.getValue();
  const name = model.uri.path.slice(1);
  const programs = await ask('verify', { name, text, detail: false }, name);
  if (model.isDisposed() || model.getValue() !== text) return;
  const refused = (programs ?? []).filter(({ ok }) => !ok);
  monaco.editor.setModelMarkers(
    model,
    VERIFIER,
    refused.map(({ name, from, message, failedSlot, lines }) => {
      const line = (lines[Math.max(0, failedSlot)] ?? 0) + 1;
      return {
        severity: monaco.MarkerSeverity.Error,
        code: VERIFIER,
        message:
          from === 'log'
            ? `The kernel that wrote this log refused the program: ${message}`
            : `The verifier refuses ${name}: ${message}${plain(message)}`,
        startLineNumber: line,
        startColumn: model.getLineFirstNonWhitespaceColumn(line) || 1,
        endLineNumber: line,
        endColumn: model.getLineMaxColumn(line),
      };
    }),
  );
}

/** Checks a text now, and after each pause in typing. */
export function followDiagnostics(model: editor.ITextModel): void {
  let timer = 0;
  const soon = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void check(model), pauseBefore(analysisTook(model)));
  };
  soon();
  model.onDidChangeContent(soon);
  // check again when the kernel or the declared types change
  const ends = [
    useLab.subscribe(
      (now, before) =>
        (now.kernel !== before.kernel || now.scenario !== before.scenario || now.answers.run !== before.answers.run) &&
        soon(),
    ),
    useChoices.subscribe((now, before) => now.edits[TYPES_TEXT] !== before.edits[TYPES_TEXT] && soon()),
  ];
  model.onWillDispose(() => {
    clearTimeout(timer);
    for (const end of ends) end();
  });
}

/** Publishes the number of errors in the shown text; the returned function stops it. */
export function followProblems(editor: editor.IStandaloneCodeEditor): () => void {
  const tell = (): void => {
    const resource = editor.getModel()?.uri;
    const errors = resource
      ? monaco.editor.getModelMarkers({ resource }).filter(({ severity }) => severity === monaco.MarkerSeverity.Error)
      : [];
    const first = Math.min(...errors.map(({ startLineNumber }) => startLineNumber));
    useProblems.setState({ count: errors.length, line: errors.length === 0 ? 0 : first - 1 });
  };
  const ends = [monaco.editor.onDidChangeMarkers(tell), editor.onDidChangeModel(tell)];
  tell();
  return () => {
    for (const end of ends) end.dispose();
  };
}

/** Fixes of the diagnostics that touch a range. */
const fixes: languages.CodeActionProvider = {
  async provideCodeActions(model, range, { markers }) {
    // asked after each key: only a marked place is worth an analysis of the text
    if (markers.length === 0) return null;
    const kernel = await kernelSymbols();
    if (!kernel) return null;
    const actions = analyse(model, kernel.symbols).diagnostics.flatMap((diagnostic): languages.CodeAction[] => {
      const { fix } = diagnostic;
      if (!fix || !monaco.Range.areIntersectingOrTouching(range, toMonaco(diagnostic.range))) return [];
      const textEdit = { range: toMonaco(fix.range), text: fix.text };
      return [
        {
          title: fix.title,
          kind: 'quickfix',
          isPreferred: true,
          diagnostics: markers.filter(({ code, startLineNumber }) => {
            return code === diagnostic.code && startLineNumber === diagnostic.range.line + 1;
          }),
          edit: { edits: [{ resource: model.uri, versionId: model.getVersionId(), textEdit }] },
        },
      ];
    });
    return { actions, dispose: () => {} };
  },
};

export const registerFixes = (): void => {
  monaco.languages.registerCodeActionProvider(LANGUAGE, fixes);
};
