import { Moon, Sun } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { CommandButton } from '../controls/command-button.tsx';
import { isLight, onTheme } from '../../page/store/theme.ts';

export function ThemeButton() {
  const light = useSyncExternalStore(onTheme, isLight);
  return (
    <CommandButton
      command="view.theme"
      showKey={false}
      label={light ? 'Dark theme' : 'Light theme'}
      icon={light ? <Sun aria-hidden="true" /> : <Moon aria-hidden="true" />}
    />
  );
}
