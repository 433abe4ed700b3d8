import { useRef } from 'react';
import { Sheet } from '../controls/sheet.tsx';

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
  const field = useRef<HTMLInputElement>(null);
  return (
    <Sheet title={title} className="rename" focus={field} onClose={onClose}>
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
            ref={field}
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
    </Sheet>
  );
}
