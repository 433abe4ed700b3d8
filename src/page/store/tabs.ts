/** Tabs by pane; the first is the one that a pane opens with. `narrow`: which pane a narrow screen shows. */
export const TABS = {
  lifecycle: ['machine', 'sequence', 'checks', 'modules'],
  flows: ['wire', 'series', 'table'],
  side: ['struct', 'trampoline', 'ledger', 'verifier', 'debug', 'processes', 'console', 'ask'],
  narrow: ['lifecycle', 'flows', 'struct', 'code'],
} as const;

export type Tabs = { readonly [P in keyof typeof TABS]: (typeof TABS)[P][number] };

/** Those of the tabs that there are; what nobody knows is left out. */
export const knownTabs = (tabs: Readonly<Record<string, unknown>>): Partial<Tabs> =>
  Object.fromEntries(
    Object.entries(TABS).flatMap(([pane, known]) => {
      const tab = known.find((one) => Object.hasOwn(tabs, pane) && one === tabs[pane]);
      return tab === undefined ? [] : [[pane, tab]];
    }),
  );
