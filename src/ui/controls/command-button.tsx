import type { ReactNode } from 'react';
import { commandById, runCommand } from '../../page/commands/registry.ts';
import { useEnabled } from './use-enabled.ts';
import { Keys } from './keys.tsx';

interface CommandButtonProps {
  readonly command: string;
  readonly children?: ReactNode;
  readonly icon?: ReactNode;
  /** content after the text */
  readonly trailing?: ReactNode;
  readonly primary?: boolean;
  /** show the key on the button */
  readonly showKey?: boolean;
  /** accessible name, if other than the text */
  readonly label?: string;
}

/** A command as a button: its title and key come from the registry. */
export function CommandButton(props: CommandButtonProps) {
  const { command: id, children, icon, trailing, primary = false, showKey = true, label } = props;
  const enabled = useEnabled(id);
  const command = commandById(id);
  const key = command?.keys?.[0];
  return (
    <button
      type="button"
      className={primary ? 'button primary' : 'button'}
      data-command={id}
      title={command?.title}
      aria-label={label}
      aria-keyshortcuts={key?.replace('Ctrl', 'Control')}
      aria-disabled={!enabled}
      onClick={() => runCommand(id)}
    >
      {icon}
      {children}
      {showKey && key && <Keys keys={key} />}
      {trailing}
    </button>
  );
}
