/*
 * Long input at once, as dictation and programs that fill in texts give it. Monaco would type it character by character,
 * each an edit of the whole text with all that follows one; as a paste it is a single edit.
 */
import { monaco } from './monaco.ts';

/** More characters than a key or an input method gives at once. */
const AT_ONCE = 200;

/** Takes the place of Monaco's own command, through which all that is typed goes. */
export function registerLongInput(): void {
  monaco.editor.registerCommand('type', (_accessor: unknown, { text }: { readonly text: string }) => {
    const focused = monaco.editor.getEditors().find((one) => one.hasTextFocus());
    focused?.trigger('keyboard', text.length > AT_ONCE ? 'paste' : 'type', { text });
  });
}
