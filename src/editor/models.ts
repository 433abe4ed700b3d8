/* A model for each text, for the life of the page, so that each keeps its own undo. */
import type { editor } from 'monaco-editor/editor/editor.api';
import { choices } from '../page/store/choices.ts';
import { lab } from '../page/store/lab.ts';
import { editText, isListing, isTypes, textNames, textOf } from '../page/store/texts.ts';
import { C_LANGUAGE } from './c-language.ts';
import { followDiagnostics } from './diagnostics.ts';
import { LANGUAGE } from './language.ts';
import { monaco } from './monaco.ts';

const models = new Map<string, editor.ITextModel>();
/** The text of a model as it last told it: the same string when it comes back, so that it need not be joined again. */
const lastTold = new WeakMap<editor.ITextModel, string>();

export function modelOf(name: string): editor.ITextModel {
  const known = models.get(name);
  if (known) return known;
  const uri = monaco.Uri.from({ scheme: 'text', path: `/${name}` });
  const model = monaco.editor.createModel(textOf(name), isTypes(name) ? C_LANGUAGE : LANGUAGE, uri);
  model.updateOptions({ bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false } });
  model.setEOL(monaco.editor.EndOfLineSequence.LF);
  model.onDidChangeContent(() => {
    const text = model.getValue();
    lastTold.set(model, text);
    editText(name, text);
  });
  if (!isListing(name)) followDiagnostics(model);
  models.set(name, model);
  return model;
}

/** Replaces the whole text by an edit that can be undone. */
export function replaceText(model: editor.ITextModel, text: string): void {
  if (lastTold.get(model) === text || model.getValue() === text) return;
  model.pushStackElement();
  model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null);
  model.pushStackElement();
}

/** Takes over changes by other parts of the page. Models of another scenario's texts stay unchanged. */
export function syncModels(): void {
  const names = textNames(lab(), choices().edits);
  for (const [name, model] of models) if (names.includes(name)) replaceText(model, textOf(name));
}
