import { choices, choose, chooseTab, type Preset, type Tabs } from '../store/choices.ts';
import { dismiss, lab } from '../store/lab.ts';
import { isLight } from '../store/theme.ts';
import type { PageCommand } from './command.ts';

/** Where a small screen shows one pane at a time: the one that a layout is about, and the one that has the tab. */
const NARROW_OF_PRESET = { debug: 'lifecycle', inspect: 'struct', flows: 'flows' } as const;
const NARROW_OF_PANE: Partial<Record<keyof Tabs, Tabs['narrow']>> = {
  lifecycle: 'lifecycle',
  flows: 'flows',
  side: 'struct',
};

const preset = (id: Preset, title: string, key: string): PageCommand => ({
  id: `view.${id}`,
  title,
  group: 'View',
  keys: [key],
  run: () => {
    choose({ preset: id });
    chooseTab('narrow', NARROW_OF_PRESET[id]);
  },
});

/** A tab as a command: shows the pane it is in first. */
function tab<P extends keyof Tabs>(pane: P, value: Tabs[P], title: string): PageCommand {
  return {
    id: `view.${pane}.${value}`,
    title: `Show ${title}`,
    group: 'View',
    run: () => {
      chooseTab(pane, value);
      const narrow = NARROW_OF_PANE[pane];
      if (narrow) chooseTab('narrow', narrow);
    },
  };
}

export const VIEW_COMMANDS: readonly PageCommand[] = [
  {
    id: 'view.dismiss',
    title: 'Dismiss the notice',
    group: 'View',
    keys: ['Escape'],
    when: () => lab().notices.length > 0,
    run: () => dismiss(lab().notices.at(-1)?.n ?? 0),
  },
  preset('debug', 'Debug layout', '1'),
  preset('inspect', 'Inspect layout', '2'),
  preset('flows', 'Flows layout', '3'),
  tab('lifecycle', 'machine', 'the state machine'),
  tab('lifecycle', 'sequence', 'the sequence of system calls'),
  tab('lifecycle', 'checks', 'the checks of the last call'),
  tab('lifecycle', 'modules', 'the modules lens'),
  tab('flows', 'wire', 'the wire'),
  tab('flows', 'series', 'cwnd and RTT over time'),
  tab('flows', 'table', 'the connections as a table'),
  tab('side', 'struct', 'the struct'),
  tab('side', 'trampoline', 'the trampoline'),
  tab('side', 'ledger', 'the ledger of references'),
  tab('side', 'verifier', 'what the verifier says of the text'),
  tab('side', 'debug', 'stack, watches and breaks'),
  tab('side', 'processes', 'processes, maps and programs'),
  tab('side', 'console', 'the console'),
  tab('side', 'ask', 'questions to the run'),
  {
    id: 'view.theme',
    title: 'Light or dark',
    group: 'View',
    keys: ['T'],
    run: () => choose({ theme: isLight() ? 'dark' : 'light' }),
  },
  {
    id: 'view.contrast',
    title: 'High contrast on or off',
    group: 'View',
    run: () => choose({ contrast: choices().contrast === 'more' ? 'system' : 'more' }),
  },
  {
    id: 'view.letters',
    title: 'Single-letter keys on or off',
    group: 'View',
    run: () => choose({ letterKeys: !choices().letterKeys }),
  },
];
