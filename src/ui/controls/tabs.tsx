/* Tabs of a pane: one Tab stop, arrows walk. */
import { type KeyboardEvent, type ReactNode, useRef } from 'react';

export interface TabItem<T extends string> {
  readonly id: T;
  readonly title: ReactNode;
}

interface TabListProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly TabItem<T>[];
  readonly selected: T;
  readonly panel: string;
  readonly onSelect: (tab: T) => void;
}

const STEP: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

export const tabId = (panel: string, tab: string): string => `${panel}-tab-${tab}`;

export function TabList<T extends string>({ label, tabs, selected, panel, onSelect }: TabListProps<T>) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ id }) => id === selected);
    const ends = { Home: 0, End: tabs.length - 1 }[event.key];
    const to = ends ?? (event.key in STEP ? (at + STEP[event.key] + tabs.length) % tabs.length : -1);
    if (to < 0) return;
    event.preventDefault();
    onSelect(tabs[to].id);
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[to]?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {tabs.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          role="tab"
          className="tab"
          id={tabId(panel, id)}
          aria-selected={id === selected}
          aria-controls={panel}
          tabIndex={id === selected ? 0 : -1}
          onClick={() => onSelect(id)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
