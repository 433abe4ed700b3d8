/*
 * Sheets over the page. A row has a sheet's id, its name for messages, and its own command if there is one. A sheet's code is fetched when
 * it is first shown, or with `ahead` as soon as the page is drawn, so that a key opens it at once. The table of ui/shell/app.tsx has their
 * components.
 */
import type { PageCommand } from '../commands/command.ts';
import { lab } from './lab.ts';

interface SheetRow {
  readonly id: string;
  /** as in `The help failed` */
  readonly name: string;
  readonly ahead?: boolean;
  readonly command?: Omit<PageCommand, 'run'>;
}

const runs = (): boolean => lab().cold !== null;

const ROWS = [
  {
    id: 'palette',
    name: 'The command palette',
    ahead: true,
    command: { id: 'help.palette', title: 'Search or run a command', group: 'Help', keys: ['Ctrl+K'] },
  },
  {
    id: 'keys',
    name: 'The list of keys',
    ahead: true,
    command: { id: 'help.keys', title: 'All keys', group: 'Help', keys: ['?'] },
  },
  { id: 'rename', name: 'Rename', ahead: true },
  { id: 'rename-text', name: 'Rename' },
  {
    id: 'new-program',
    name: 'A new program',
    command: {
      id: 'program.new',
      title: 'New program: a name, a kernel struct, and its required members',
      group: 'Program',
      when: runs,
    },
  },
  {
    id: 'share',
    name: 'The link',
    command: {
      id: 'share.link',
      title: 'Copy a link to this moment: texts, commands, time and views',
      group: 'Share',
      keys: ['Ctrl+Shift+L'],
      when: runs,
    },
  },
  {
    id: 'labs',
    name: 'My labs',
    command: {
      id: 'lab.kept',
      title: 'My labs: keep this one under a name, open others, texts and drafts',
      group: 'Share',
    },
  },
  {
    id: 'export',
    name: 'Save as files',
    command: {
      id: 'share.export',
      title: 'Save pictures, series, calls or the talk as files; print',
      group: 'Share',
      when: runs,
    },
  },
  {
    id: 'record',
    name: 'The recorder',
    command: { id: 'share.record', title: 'Record: make a scenario of what you did', group: 'Share', when: runs },
  },
  {
    id: 'bench',
    name: 'The bench',
    command: {
      id: 'lab.bench',
      title: 'Bench: measure connections, each with a program of your choice',
      also: 'compare programs',
      group: 'Lab',
      when: () => lab().scenario !== null,
    },
  },
  { id: 'settings', name: 'The settings', command: { id: 'help.settings', title: 'Settings', group: 'Help' } },
  { id: 'help', name: 'The help' },
  { id: 'stage', name: 'The stage' },
] as const satisfies readonly SheetRow[];

export type SheetName = (typeof ROWS)[number]['id'];

export const SHEETS: readonly (SheetRow & { readonly id: SheetName })[] = ROWS;
