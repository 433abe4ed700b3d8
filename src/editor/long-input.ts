/*
 * Long input at once, as from dictation and programs that fill in texts. Monaco would type it character by character, each an edit with all
 * its consequences; as a paste it is a single edit.
 */
import { monaco } from './monaco.ts';

/** Most characters that are typed; a key or an input method gives fewer at once. */
const AT_ONCE = 200;

/** Replaces Monaco's own command, which receives everything typed. */
export function registerLongInput(): void {
  monaco.editor.registerCommand('type', (_accessor: unknown, { text }: { readonly text: string }) => {
    const focused = monaco.editor.getEditors().find((one) => one.hasTextFocus());
    focused?.trigger('keyboard', text.length > AT_ONCE ? 'paste' : 'type', { text });
  });
}
