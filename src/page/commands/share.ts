import { currentFrame } from '../frame-source.ts';
import { lab } from '../store/lab.ts';
import { showOverlay } from '../store/overlay.ts';
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
    run: () => void import('../present/talk.ts').then(({ startTalk }) => startTalk(currentFrame().hot.time)),
  },
  {
    id: 'share.link',
    title: 'Copy a link to this moment: texts, commands, time and views',
    group: 'Share',
    keys: ['Ctrl+Shift+L'],
    when: runs,
    run: () => showOverlay('share'),
  },
  {
    id: 'share.export',
    title: 'Save pictures, series, calls or the talk as files; print',
    group: 'Share',
    when: runs,
    run: () => showOverlay('export'),
  },
  {
    id: 'share.record',
    title: 'Record: make a scenario of what you did',
    group: 'Share',
    when: runs,
    run: () => showOverlay('record'),
  },
  {
    id: 'share.save',
    title: 'Save this lab as a file',
    group: 'Share',
    when: runs,
    run: () => void import('../share/save.ts').then(({ saveLab }) => saveLab()),
  },
];
