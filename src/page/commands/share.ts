import { lab } from '../store/lab.ts';
import type { PageCommand } from './command.ts';

const runs = (): boolean => lab().cold !== null;

export const SHARE_COMMANDS: readonly PageCommand[] = [
  {
    id: 'help.update',
    title: 'Reload to the newer version',
    group: 'Help',
    run: () =>
      void import('../offline.ts').then(({ newVersionWaits, takeNewVersion }) =>
        newVersionWaits() ? takeNewVersion() : location.reload(),
      ),
  },
  {
    id: 'share.present',
    title: 'Present: the captions of this run as a talk',
    group: 'Share',
    keys: ['P'],
    when: runs,
    run: () => void import('../present/talk.ts').then(({ startTalk }) => startTalk()),
  },
  {
    id: 'share.save',
    title: 'Save this lab as a file',
    group: 'Share',
    when: runs,
    run: () => void import('../share/save.ts').then(({ saveLab }) => saveLab()),
  },
];
