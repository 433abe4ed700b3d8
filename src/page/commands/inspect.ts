import { choices, choose } from '../store/choices.ts';
import { backTo, flip, inspect, setInspect, type SideTab, type TypeTab } from '../store/inspect.ts';
import { inspectorLink } from '../store/inspector-link.ts';
import { taking } from './args.ts';
import type { PageCommand } from './command.ts';

const isOpen = (): boolean => inspectorLink() !== null;

/** Shows a tab of the inspector, opening the inspector if needed. */
const typeTab = (tab: TypeTab, title: string): PageCommand => ({
  id: `inspect.${tab}`,
  title: `Inspect: ${title}`,
  group: 'View',
  run: () => {
    choose({ preset: 'inspect' });
    setInspect({ typeTab: tab });
  },
});

const sideTab = (tab: SideTab, title: string): PageCommand => ({
  id: `inspect.${tab}`,
  title: `Inspect: ${title}`,
  group: 'View',
  run: () => {
    choose({ preset: 'inspect' });
    setInspect({ sideTab: tab });
  },
});

export const INSPECT_COMMANDS: readonly PageCommand[] = [
  {
    id: 'inspect.search',
    title: 'Search all types of the kernel',
    group: 'View',
    keys: ['/'],
    run: () => {
      choose({ preset: 'inspect', tabs: { ...choices().tabs, narrow: 'struct' } });
      setInspect({ searching: true });
    },
  },
  typeTab('c', 'the type as C'),
  typeTab('tree', 'the fields as a tree'),
  typeTab('raw', 'the raw BTF'),
  typeTab('compare', 'the layouts of two kernels side by side'),
  sideTab('trampoline', 'the trampoline'),
  sideTab('accesses', 'who reads and writes the field'),
  sideTab('code', 'the code'),
  {
    id: 'inspect.next-field',
    title: 'Next field',
    group: 'View',
    keys: ['J'],
    when: isOpen,
    run: () => inspectorLink()?.step(1),
  },
  {
    id: 'inspect.previous-field',
    title: 'Previous field',
    group: 'View',
    keys: ['K'],
    when: isOpen,
    run: () => inspectorLink()?.step(-1),
  },
  taking('inspect.follow', {
    title: 'Follow the pointer',
    group: 'View',
    keys: ['G'],
    when: isOpen,
    run: ({ path }) => inspectorLink()?.follow(path ?? null),
  }),
  {
    id: 'inspect.back',
    title: 'Back to where the pointer was',
    group: 'View',
    keys: ['Shift+G'],
    when: () => isOpen() && inspect().trail.length > 0,
    run: () => backTo(inspect().trail.length - 1),
  },
  taking('inspect.flip', {
    title: 'Open or close a struct',
    group: 'View',
    hidden: true,
    run: ({ row }) => flip(row),
  }),
];
