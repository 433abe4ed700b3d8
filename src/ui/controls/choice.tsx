import { Menu } from '@base-ui/react/menu';
import type { ReactNode } from 'react';

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly items: readonly { readonly value: string; readonly title: string; readonly note: string }[];
  readonly onChoose: (value: string) => void;
  readonly children: ReactNode;
}

/** A button that opens a menu to choose one of few. */
export function Choice({ label, value, items, onChoose, children }: ChoiceProps) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="button" title={label}>
        <span className="spoken">{label}: </span>
        {children}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="start" className="menu-place">
          <Menu.Popup className="menu">
            <Menu.RadioGroup value={value} onValueChange={(next: string) => onChoose(next)}>
              {items.map((item) => (
                <Menu.RadioItem key={item.value} value={item.value} className="menu-item" closeOnClick>
                  <span className="menu-title">{item.title}</span>
                  {item.note && <span className="menu-note">{item.note}</span>}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
