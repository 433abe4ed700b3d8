import { Dialog } from '@base-ui/react/dialog';
import { type FormEvent, useState } from 'react';
import { renameEverywhere } from '../../page/bench/rename.ts';
import { showOverlay } from '../../page/store/overlay.ts';
import { activeText } from '../../page/store/texts.ts';

/** Another name for a text of one's own: that of its tab and of its file. */
export function RenameText() {
  const [name] = useState(() => activeText() ?? '');
  const [to, setTo] = useState(name.replace(/\.s$/, ''));
  const empty = to.trim() === '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (empty) return;
    renameEverywhere(name, to);
    showOverlay(null);
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && showOverlay(null)}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="key-sheet rename">
          <Dialog.Title className="sheet-title">Rename {name}</Dialog.Title>
          <form className="form" onSubmit={submit}>
            <label className="field">
              <span>New name</span>
              <input
                className="mono"
                value={to}
                maxLength={60}
                onFocus={({ target }) => target.select()}
                onChange={({ target }) => setTo(target.value)}
              />
            </label>
            <p className={empty ? 'note problem' : 'note'}>
              {empty ? 'A name is needed.' : 'The machine keeps the loaded text under the name from before.'}
            </p>
            <button type="submit" className="button" aria-disabled={empty}>
              Rename
            </button>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
