import { Dialog } from '@base-ui/react/dialog';
import { GROUPS } from '../../page/commands/command.ts';
import { COMMANDS } from '../../page/commands/registry.ts';
import { Keys } from '../controls/keys.tsx';
import { choose, useChoices } from '../../page/store/choices.ts';
import { dismissOverlay } from '../../page/store/overlay.ts';

/** Keys of the panes themselves, which are not commands. */
const OTHERS = [
  { keys: 'A', title: 'Timeline: earlier' },
  { keys: 'D', title: 'Timeline: later' },
  { keys: 'W', title: 'Timeline: closer' },
  { keys: 'S', title: 'Timeline: farther' },
  { keys: 'Escape', title: 'Then Tab: leaves the editor' },
  { keys: 'Ctrl+.', title: 'Editor: fix a problem' },
  { keys: 'Ctrl+Space', title: 'Editor: complete' },
] as const;

export function KeySheet() {
  const letterKeys = useChoices((state) => state.letterKeys);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && dismissOverlay()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="key-sheet">
          <Dialog.Title className="sheet-title">Keys</Dialog.Title>
          <Dialog.Close className="button">Close</Dialog.Close>
          <div className="key-groups" tabIndex={0} role="region" aria-label="Keys by group">
            {GROUPS.map((group) => (
              <KeyGroup key={group} group={group} />
            ))}
            <section>
              <h3>Timeline and editor</h3>
              <dl>
                {OTHERS.map(({ keys, title }) => (
                  <div key={title}>
                    <dt>
                      <Keys keys={keys} />
                    </dt>
                    <dd>{title}</dd>
                  </div>
                ))}
              </dl>
            </section>
          </div>
          <label className="sheet-choice">
            <input
              type="checkbox"
              checked={letterKeys}
              onChange={(event) => choose({ letterKeys: event.target.checked })}
            />{' '}
            Single letters and signs are keys outside of the editor and of fields
          </label>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function KeyGroup({ group }: { readonly group: (typeof GROUPS)[number] }) {
  const commands = COMMANDS.filter((command) => command.group === group && command.keys && !command.hidden);
  if (commands.length === 0) return null;
  return (
    <section>
      <h3>{group}</h3>
      <dl>
        {commands.map(({ id, title, keys }) => (
          <div key={id}>
            <dt>
              {keys?.map((key) => (
                <Keys key={key} keys={key} />
              ))}
            </dt>
            <dd>{title}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
