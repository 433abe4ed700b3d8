import { type ComponentType, createElement, Fragment, type ReactElement, useSyncExternalStore } from 'react';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { dismissOverlay, useOverlay } from '../../page/store/overlay.ts';
import { type SheetName, SHEETS } from '../../page/store/sheets.ts';
import { Guard, late } from '../controls/guard.tsx';
import { Drop } from './drop.tsx';
import { Intro } from './intro.tsx';
import { LinkBar } from './link-bar.tsx';
import { Narrow } from './narrow.tsx';
import { Notices } from './notices.tsx';
import { PRESET_VIEWS } from './presets.tsx';
import { Spoken } from './spoken.tsx';
import { StatusBar } from './status-bar.tsx';
import { TopBar } from './top-bar.tsx';

const onClose = dismissOverlay;

/** Where the sheets of page/store/sheets.ts come from. */
const SHEET_FILES: Readonly<Record<SheetName, () => Promise<ComponentType>>> = {
  palette: () => import('./palette.tsx').then(({ Palette }) => Palette),
  keys: () => import('./key-sheet.tsx').then(({ KeySheet }) => KeySheet),
  rename: () => import('./rename.tsx').then(({ Rename }) => Rename),
  'rename-text': () => import('./rename-text.tsx').then(({ RenameText }) => RenameText),
  'new-program': () => import('./new-program.tsx').then(({ NewProgram }) => NewProgram),
  labs: () => import('../share/labs-sheet.tsx').then(({ LabsSheet }) => LabsSheet),
  export: () => import('../export/export-sheet.tsx').then(({ ExportSheet }) => ExportSheet),
  help: () => import('../help/help-sheet.tsx').then(({ HelpSheet }) => HelpSheet),
  record: () => import('../record/record-sheet.tsx').then(({ RecordSheet }) => RecordSheet),
  bench: () => import('../bench/bench-sheet.tsx').then(({ BenchSheet }) => BenchSheet),
  settings: () => import('../settings/settings-sheet.tsx').then(({ SettingsSheet }) => SettingsSheet),
  stage: () => import('../present/stage.tsx').then(({ Stage }) => Stage),
  share: () => import('../share/share-sheet.tsx').then(({ ShareSheet }) => ShareSheet),
};

const ELEMENTS = new Map<string, ReactElement>(
  SHEETS.map(({ id, name }) => [id, createElement(late(name, SHEET_FILES[id], { onClose }))]),
);

const AHEAD_MS = 1500;
setTimeout(() => {
  for (const { id, ahead } of SHEETS) if (ahead) SHEET_FILES[id]().catch(() => {});
}, AHEAD_MS);

const LiveBar = late('The way back to the talk', () =>
  import('../present/live-bar.tsx').then(({ LiveBar }) => LiveBar),
);

const Embed = late('This view', () => import('./embed.tsx').then(({ Embed }) => Embed));

const narrow = matchMedia('(max-width: 899px)');
const onNarrow = (listener: () => void): (() => void) => {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
};

export function App() {
  const preset = useChoices((state) => state.preset);
  const talking = useOverlay((state) => state.talking);
  const isNarrow = useSyncExternalStore(onNarrow, () => narrow.matches);
  const embed = useOverlay((state) => state.embed);
  if (embed !== null) return <Embed />;
  const Arrangement = isNarrow ? Narrow : PRESET_VIEWS[preset];
  return (
    <div className="app">
      <Guard name="The bar of commands">
        <TopBar />
      </Guard>
      <Guard name="The introduction">
        <div>
          <div className="under-bar">
            <Intro />
            <Notices />
          </div>
          <LinkBar />
          {talking && <LiveBar />}
        </div>
      </Guard>
      <main>
        <Guard key={`${preset} ${isNarrow}`} name="This layout">
          <Arrangement key={preset} />
        </Guard>
        <Starting />
      </main>
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

/** Shown until the first picture. */
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
  return overlay === null ? null : <Fragment key={overlay}>{ELEMENTS.get(overlay)}</Fragment>;
}
