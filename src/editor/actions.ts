/* Commands on the text: go to a definition, rename, tidy columns. */
import type { editor } from 'monaco-editor/editor/editor.api';
import { assembleMnemonic, disassembleProgram, formatPseudoC, mnemonicProgram } from '../engine/index.ts';
import type { EditorLink, NameAtCursor } from '../page/store/editor-link.ts';
import { analyse, kernelSymbols, referenceAt } from './analysis.ts';
import { replaceText } from './models.ts';
import { nameProblem, usesAt } from './names.ts';
import { toMonaco } from './places.ts';

/** `mov32 %r0, 1` */
const MNEMONICS = /%r\d/;

type Actions = Pick<EditorLink, 'convert' | 'format' | 'nameAtCursor' | 'rename' | 'referenceAtCursor'>;

export function editorActions(editor: editor.IStandaloneCodeEditor): Actions {
  const parsed = async () => {
    const model = editor.getModel();
    const kernel = await kernelSymbols();
    return model && kernel ? { model, object: analyse(model, kernel.symbols).value } : null;
  };
  const reference = async () => {
    const found = await parsed();
    const position = editor.getPosition();
    if (!found || !position) return null;
    return referenceAt(found.object.references, position.lineNumber - 1, position.column - 1);
  };
  return {
    referenceAtCursor: reference,
    async nameAtCursor(): Promise<NameAtCursor | null> {
      const found = await parsed();
      const uses = found && usesAt(found.object, await reference());
      return uses ? { name: uses.name, line: uses.definition?.line ?? null, uses: uses.ranges.length } : null;
    },
    async rename(to) {
      const found = await parsed();
      const uses = found && usesAt(found.object, await reference());
      if (!found || !uses) return 'There is no name at the cursor.';
      const problem = nameProblem(found.object, uses.name, to);
      if (problem !== null) return problem;
      editor.pushUndoStop();
      editor.executeEdits(
        'rename',
        uses.ranges.map((range) => ({ range: toMonaco(range), text: to })),
      );
      editor.pushUndoStop();
      return null;
    },
    async convert() {
      const model = editor.getModel();
      const kernel = await kernelSymbols();
      if (!model || !kernel) return null;
      const text = model.getValue();
      if (MNEMONICS.test(text)) {
        const { value, diagnostics } = assembleMnemonic(text);
        const [problem] = diagnostics;
        if (problem) return { kind: 'error', title: 'These mnemonics do not assemble', detail: problem.message };
        replaceText(model, disassembleProgram(value.insns));
        return null;
      }
      const made = mnemonicProgram(text, kernel.symbols);
      if (made === null) return { kind: 'error', title: 'The text does not assemble', detail: 'Fix its errors first.' };
      await navigator.clipboard.writeText(made);
      return { kind: 'info', title: 'Copied as mnemonics', detail: 'Each function with the functions that it calls.' };
    },
    format() {
      const model = editor.getModel();
      if (!model || editor.getRawOptions().readOnly) return;
      const at = editor.getPosition();
      replaceText(model, formatPseudoC(model.getValue()));
      if (at) editor.setPosition(at);
    },
  };
}
