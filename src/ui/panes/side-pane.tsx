import type { ComponentType } from 'react';
import { late } from '../controls/guard.tsx';
import { Pane } from '../controls/pane.tsx';
import { Turn } from '../controls/use-frame.ts';
import { chooseTab, useChoices } from '../../page/store/choices.ts';
import { type Tabs, TABS } from '../../page/store/tabs.ts';
import { StructTab } from './struct-tab.tsx';

const DebugTab = late('Debug', () => import('./debug-tab.tsx').then((m) => m.DebugTab));
const LedgerTab = late('Ledger', () => import('./ledger-tab.tsx').then((m) => m.LedgerTab));
const ProcessesTab = late('Processes', () => import('./processes-tab.tsx').then((m) => m.ProcessesTab));
const TrampolineTab = late('Trampoline', () => import('./trampoline-tab.tsx').then((m) => m.TrampolineTab));

const AskTab = late('Ask', () => import('./ask-tab.tsx').then((m) => m.AskTab));
const ConsoleTab = late('Console', () => import('./console-tab.tsx').then((m) => m.ConsoleTab));
const VerifierTab = late('Verifier', () => import('./verifier-tab.tsx').then((m) => m.VerifierTab));

/** Component of each tab; the tabs themselves are rows of page/store/tabs.ts. */
const SHOWN: Readonly<Record<Tabs['side'], ComponentType>> = {
  struct: StructTab,
  trampoline: TrampolineTab,
  ledger: LedgerTab,
  verifier: VerifierTab,
  debug: DebugTab,
  processes: ProcessesTab,
  console: ConsoleTab,
  ask: AskTab,
};

export function SidePane() {
  const tab = useChoices((state) => state.tabs.side);
  const Shown = SHOWN[tab];
  return (
    <Pane id="side" title="Kernel objects" tabs={TABS.side} selected={tab} onSelect={(next) => chooseTab('side', next)}>
      <Turn value="objects">
        <Shown />
      </Turn>
    </Pane>
  );
}
