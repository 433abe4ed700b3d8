import { Dialog } from '@base-ui/react/dialog';

interface RenameDialogProps {
  readonly title: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly note: string | null;
  /** shown instead of the note */
  readonly problem: string | null;
  readonly enabled: boolean;
  readonly onRename: () => void;
  readonly onClose: () => void;
}

/** Dialog for another name, which says what renaming does, or why the name is invalid. */
export function RenameDialog(props: RenameDialogProps) {
  const { title, value, onChange, note, problem, enabled, onRename, onClose } = props;
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="key-sheet rename">
          <Dialog.Title className="sheet-title">{title}</Dialog.Title>
          <form
            className="form"
            onSubmit={(event) => {
              event.preventDefault();
              if (enabled) onRename();
            }}
          >
            <label className="field">
              <span>New name</span>
              <input
                className="mono"
                value={value}
                maxLength={60}
                onFocus={({ target }) => target.select()}
                onChange={({ target }) => onChange(target.value)}
              />
            </label>
            {problem !== null && <p className="note problem">{problem}</p>}
            {problem === null && note !== null && <p className="note">{note}</p>}
            <button type="submit" className="button" aria-disabled={!enabled}>
              Rename
            </button>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
