/*
 * Tabs by pane: a row is a tab, and the title of its command. A pane opens with its first tab. `narrow`: the pane that
 * a narrow screen shows.
 */
export const TABS = {
  lifecycle: [
    { id: 'machine', title: 'State machine', shows: 'the state machine' },
    { id: 'sequence', title: 'Sequence', shows: 'the sequence of system calls' },
    { id: 'checks', title: 'Checks', shows: 'the checks of the last call' },
    { id: 'modules', title: 'Modules', shows: 'the modules lens' },
  ],
  flows: [
    { id: 'wire', title: 'Wire', shows: 'the wire' },
    { id: 'series', title: 'cwnd / RTT', shows: 'cwnd and RTT over time' },
    { id: 'table', title: 'Table', shows: 'the connections as a table' },
  ],
  side: [
    { id: 'struct', title: 'Struct', shows: 'the struct' },
    { id: 'trampoline', title: 'Trampoline', shows: 'the trampoline' },
    { id: 'ledger', title: 'Ledger', shows: 'the ledger of references' },
    { id: 'verifier', title: 'Verifier', shows: 'what the verifier says about the text' },
    { id: 'debug', title: 'Debug', shows: 'stack, watches and breaks' },
    { id: 'processes', title: 'Processes', shows: 'processes, maps and programs' },
    { id: 'console', title: 'Console', shows: 'the console' },
    { id: 'ask', title: 'Ask', shows: 'questions about the run' },
  ],
  narrow: [{ id: 'lifecycle' }, { id: 'flows' }, { id: 'struct' }, { id: 'code' }],
} as const;

export type Tabs = { readonly [P in keyof typeof TABS]: (typeof TABS)[P][number]['id'] };

/** The known ones among given tabs. */
export const knownTabs = (tabs: Readonly<Record<string, unknown>>): Partial<Tabs> =>
  Object.fromEntries(
    Object.entries(TABS).flatMap(([pane, known]) => {
      const tab = known.find(({ id }) => Object.hasOwn(tabs, pane) && id === tabs[pane]);
      return tab === undefined ? [] : [[pane, tab.id]];
    }),
  );
