import { Dialog } from '@base-ui/react/dialog';
import { type FormEvent, useEffect, useState } from 'react';
import { editorLink, type NameAtCursor } from '../../page/store/editor-link.ts';
import { showOverlay } from '../../page/store/overlay.ts';

/** Another name for the label or function at the cursor, everywhere that it means. */
export function Rename() {
  const [at, setAt] = useState<NameAtCursor | null>(null);
  const [to, setTo] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const close = (): void => {
    showOverlay(null);
    editorLink()?.focus();
  };
  useEffect(() => {
    void editorLink()
      ?.nameAtCursor()
      .then((found) => {
        setAt(found);
        setTo(found?.name ?? '');
        if (!found) setProblem('No label or function stands at the cursor.');
      });
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void editorLink()
      ?.rename(to.trim())
      .then((why) => (why === null ? close() : setProblem(why)));
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="key-sheet rename">
          <Dialog.Title className="sheet-title">Rename {at?.name ?? ''}</Dialog.Title>
          <form className="form" onSubmit={submit}>
            <label className="field">
              <span>New name</span>
              <input
                className="mono"
                value={to}
                onFocus={({ target }) => target.select()}
                onChange={(event) => setTo(event.target.value)}
              />
            </label>
            {problem !== null && <p className="note problem">{problem}</p>}
            {at && problem === null && <p className="note">{at.uses} places in this text</p>}
            <button type="submit" className="button" aria-disabled={!at}>
              Rename
            </button>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
