import { useState } from 'react';
import { renameEverywhere } from '../../page/bench/rename.ts';
import { showOverlay } from '../../page/store/overlay.ts';
import { activeText } from '../../page/store/texts.ts';
import { RenameDialog } from './rename-dialog.tsx';

/** Renames a text of the user: its tab and its file. */
export function RenameText() {
  const [name] = useState(() => activeText() ?? '');
  const [to, setTo] = useState(name.replace(/\.s$/, ''));
  const empty = to.trim() === '';
  return (
    <RenameDialog
      title={`Rename ${name}`}
      value={to}
      onChange={setTo}
      note="The machine keeps the loaded text under its old name."
      problem={empty ? 'A name is needed.' : null}
      enabled={!empty}
      onRename={() => {
        renameEverywhere(name, to);
        showOverlay(null);
      }}
      onClose={() => showOverlay(null)}
    />
  );
}
