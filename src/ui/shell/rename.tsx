import { useEffect, useState } from 'react';
import { editorLink, type NameAtCursor } from '../../page/store/editor-link.ts';
import { showOverlay } from '../../page/store/overlay.ts';
import { plural } from '../../views/words.ts';
import { RenameDialog } from './rename-dialog.tsx';

function close(): void {
  showOverlay(null);
  editorLink()?.focus();
}

/** Renames the label or function at the cursor wherever it is used. */
export function Rename() {
  const [at, setAt] = useState<NameAtCursor | null>(null);
  const [to, setTo] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    void editorLink()
      ?.nameAtCursor()
      .then((found) => {
        setAt(found);
        setTo(found?.name ?? '');
        if (!found) setProblem('There is no label or function at the cursor: put it on one in the text.');
      });
  }, []);
  return (
    <RenameDialog
      title={`Rename ${at?.name ?? ''}`}
      value={to}
      onChange={setTo}
      note={at && `${plural(at.uses, 'place')} in this text`}
      problem={problem}
      enabled={at !== null}
      onRename={() =>
        void editorLink()
          ?.rename(to.trim())
          .then((why) => (why === null ? close() : setProblem(why)))
      }
      onClose={close}
    />
  );
}
