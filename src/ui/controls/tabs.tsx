/* Tabs of a pane: one Tab stop, arrows move. Where they do not fit, a menu lists them all. */
import { ChevronDown } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import { Choice } from './choice.tsx';
import { useMeasured } from './use-measured.ts';

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

/** Whether an element's content overflows sideways. */
const overflow = ({ scrollWidth, clientWidth }: HTMLElement): boolean => scrollWidth > clientWidth + 1;

/** Scrolls the chosen tab into view. */
const toView = (tab: HTMLElement | null): void => tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });

export function TabList<T extends string>({ label, tabs, selected, panel, onSelect }: TabListProps<T>) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ id }) => id === selected);
    const ends = { Home: 0, End: tabs.length - 1 }[event.key];
    const step = STEP[event.key];
    const to = ends ?? (step === undefined ? -1 : (at + step + tabs.length) % tabs.length);
    const tab = tabs[to];
    if (!tab) return;
    event.preventDefault();
    onSelect(tab.id);
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[to]?.focus();
  };
  const overflows = useMeasured(list, false, overflow);
  const bar = (
    <div className="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {tabs.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          role="tab"
          className="tab"
          id={tabId(panel, id)}
          ref={id === selected ? toView : undefined}
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
  const items = tabs.map(({ id, title }) => ({ value: id, title: typeof title === 'string' ? title : id, note: '' }));
  return (
    <>
      {bar}
      {overflows && (
        <Choice
          label={`All of ${label}`}
          value={selected}
          items={items}
          onChoose={(id) => {
            const chosen = tabs.find((one) => one.id === id);
            if (chosen) onSelect(chosen.id);
          }}
        >
          <ChevronDown aria-hidden="true" />
        </Choice>
      )}
    </>
  );
}
