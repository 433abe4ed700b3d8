/* Commands on the text in the editor. */
import { chooseTab, select } from '../store/choices.ts';
import { editorLink } from '../store/editor-link.ts';
import { notify } from '../store/lab.ts';
import { showOverlay } from '../store/overlay.ts';
import { activeText, isListing, isTypes } from '../store/texts.ts';
import type { PageCommand } from './command.ts';

const inEditor = (): boolean => editorLink() !== null;

/** Whether the text is an editable program: neither a listing nor declared types. */
function writable(): boolean {
  const name = activeText();
  return inEditor() && name !== null && !isListing(name) && !isTypes(name);
}

async function toDefinition(): Promise<void> {
  const link = editorLink();
  const reference = await link?.referenceAtCursor();
  if (!link || !reference) {
    notify({
      kind: 'info',
      title: 'Nothing is defined here',
      detail: 'Put the cursor on a label, a function or a field.',
    });
    return;
  }
  if (reference.kind === 'field') {
    chooseTab('side', 'struct');
    select({ field: reference.path });
    return;
  }
  const at = await link.nameAtCursor();
  if (at?.line !== undefined && at.line !== null) link.reveal(at.line);
  else {
    const what = 'name' in reference ? reference.name : 'This';
    notify({
      kind: 'info',
      title: `${what} is not defined in this text`,
      detail: 'It is part of the kernel: hover to see what it does.',
    });
  }
}

async function convert(): Promise<void> {
  const said = await editorLink()?.convert();
  if (said) notify(said);
}

export const TEXT_COMMANDS: readonly PageCommand[] = [
  {
    id: 'text.definition',
    title: 'Go to the definition of the name at the cursor',
    group: 'Program',
    keys: ['F12'],
    when: inEditor,
    run: () => void toDefinition(),
  },
  {
    id: 'text.rename',
    title: 'Rename the label or function at the cursor',
    group: 'Program',
    keys: ['F2'],
    when: writable,
    run: () => showOverlay('rename'),
  },
  {
    id: 'text.format',
    title: 'Tidy the text: columns and spaces (texts are saved as you type)',
    group: 'Program',
    keys: ['Ctrl+S', 'Alt+Shift+F'],
    when: writable,
    run: () => editorLink()?.format(),
  },
  {
    id: 'text.convert',
    title: 'The other syntax: mnemonics become pseudo-C; pseudo-C is copied as mnemonics',
    group: 'Program',
    when: writable,
    run: () => void convert(),
  },
];
