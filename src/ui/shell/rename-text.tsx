import { useState } from 'react';
import { renameEverywhere } from '../../page/bench/rename.ts';
import { editorLink, reveal } from '../../page/store/editor-link.ts';
import { dismissOverlay } from '../../page/store/overlay.ts';
import { activeText, renamedTo } from '../../page/store/texts.ts';
import { RenameDialog } from './rename-dialog.tsx';

/** Renames a text of the user: its tab and its file. */
export function RenameText() {
  const [name] = useState(() => activeText() ?? '');
  const [to, setTo] = useState(name.replace(/\.s$/, ''));
  const empty = to.trim() === '';
  const typed = `${to.trim().replace(/\.s$/, '')}.s`;
  const becomes = renamedTo(name, to);
  return (
    <RenameDialog
      title={`Rename ${name}`}
      value={to}
      onChange={setTo}
      note={
        typed === becomes || becomes === name
          ? 'The machine keeps the loaded text under its old name.'
          : `The text becomes ${becomes}: ${typed} is taken, or has signs that a name cannot have.`
      }
      problem={empty ? 'A name is needed.' : null}
      enabled={!empty}
      onRename={() => {
        const line = editorLink()?.line() ?? 0;
        renameEverywhere(name, to);
        dismissOverlay();
        // a text of another name has another editor
        requestAnimationFrame(() => reveal(line));
      }}
      onClose={dismissOverlay}
    />
  );
}
