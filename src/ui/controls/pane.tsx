/* A pane: a head with name and tabs, and the content of the selected tab below. */
import type { ReactNode } from 'react';
import { openHelp } from '../../page/store/help.ts';
import { Guard } from './guard.tsx';
import { TabList, type TabItem, tabId } from './tabs.tsx';

interface PaneProps<T extends string> {
  /** also the id of its tab panel */
  readonly id: string;
  readonly title: string;
  /** the title is visible in the head; otherwise only for screen readers */
  readonly titled?: boolean;
  readonly tabs: readonly TabItem<T>[];
  readonly selected: T;
  readonly onSelect: (tab: T) => void;
  /** at the right end of the head */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export function Pane<T extends string>(props: PaneProps<T>) {
  const { id, title, titled = false, tabs, selected, onSelect, aside, children } = props;
  const hasTabs = tabs.length > 0;
  return (
    <section className="pane" aria-label={title} data-pane={id}>
      <div className="pane-head">
        <h2 className={titled ? undefined : 'spoken'}>{title}</h2>
        {hasTabs && <TabList label={title} tabs={tabs} selected={selected} panel={id} onSelect={onSelect} />}
        <span className="spring" />
        {aside}
        <button
          type="button"
          className="status-button"
          aria-label={`Help: ${title}`}
          title="What this view shows"
          onClick={() => openHelp(`view.${id}.${selected}`)}
        >
          ?
        </button>
      </div>
      <div
        className="pane-body"
        id={id}
        {...(hasTabs ? { role: 'tabpanel', 'aria-labelledby': tabId(id, selected) } : {})}
      >
        <Guard key={selected} name={title}>
          {children}
        </Guard>
      </div>
    </section>
  );
}
