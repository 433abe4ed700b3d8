import { useSyncExternalStore } from 'react';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { showOverlay, useOverlay } from '../../page/store/overlay.ts';
import { Guard, late } from '../controls/guard.tsx';
import { Drop } from './drop.tsx';
import { Intro } from './intro.tsx';
import { Narrow } from './narrow.tsx';
import { Notices } from './notices.tsx';
import { PRESET_VIEWS } from './presets.tsx';
import { Spoken } from './spoken.tsx';
import { StatusBar } from './status-bar.tsx';
import { TopBar } from './top-bar.tsx';

const loadPalette = () => import('./palette.tsx').then(({ Palette }) => Palette);
const loadKeySheet = () => import('./key-sheet.tsx').then(({ KeySheet }) => KeySheet);
const loadRename = () => import('./rename.tsx').then(({ Rename }) => Rename);
const onClose = (): void => showOverlay(null);
const Rename = late('Rename', loadRename, { onClose });
const Palette = late('The command palette', loadPalette, { onClose });
const KeySheet = late('The list of keys', loadKeySheet, { onClose });

/** Fetched once the page stands, so that a key opens them at once. */
const AHEAD_MS = 1500;
setTimeout(() => {
  for (const load of [loadPalette, loadKeySheet, loadRename]) load().catch(() => {});
}, AHEAD_MS);

const narrow = matchMedia('(max-width: 899px)');
const onNarrow = (listener: () => void): (() => void) => {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
};

export function App() {
  const preset = useChoices((state) => state.preset);
  const isNarrow = useSyncExternalStore(onNarrow, () => narrow.matches);
  const Arrangement = isNarrow ? Narrow : PRESET_VIEWS[preset];
  return (
    <div className="app">
      <Guard name="The bar of commands">
        <TopBar />
      </Guard>
      <Guard name="The introduction">
        <Intro />
      </Guard>
      <main>
        <Guard key={`${preset} ${isNarrow}`} name="This layout">
          <Arrangement key={preset} />
        </Guard>
        <Starting />
      </main>
      <Guard name="The notices">
        <Notices />
      </Guard>
      <Guard name="The footer">
        <StatusBar />
      </Guard>
      <Guard name="The spoken words">
        <Spoken />
      </Guard>
      <Overlays />
      <Drop />
    </div>
  );
}

/** Until the first picture. */
function Starting() {
  const waiting = useLab(({ cold, phase }) => cold === null && phase !== 'crashed');
  const job = useLab((state) => state.job);
  if (!waiting) return null;
  return (
    <p className="starting" role="status">
      {job ? `Engine: ${job.name}` : 'Starting the engine'}
      {job?.progress !== null && job?.progress !== undefined && <progress value={job.progress} aria-label={job.name} />}
    </p>
  );
}

function Overlays() {
  const overlay = useOverlay((state) => state.overlay);
  return (
    <>
      {overlay === 'palette' && <Palette />}
      {overlay === 'keys' && <KeySheet />}
      {overlay === 'rename' && <Rename />}
    </>
  );
}
