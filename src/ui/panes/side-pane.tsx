import { late } from '../controls/guard.tsx';
import { Pane } from '../controls/pane.tsx';
import { chooseTab, useChoices } from '../../page/store/choices.ts';
import { StructTab } from './struct-tab.tsx';

const DebugTab = late('Debug', () => import('./debug-tab.tsx').then((m) => m.DebugTab));
const LedgerTab = late('Ledger', () => import('./ledger-tab.tsx').then((m) => m.LedgerTab));
const ProcessesTab = late('Processes', () => import('./processes-tab.tsx').then((m) => m.ProcessesTab));
const TrampolineTab = late('Trampoline', () => import('./trampoline-tab.tsx').then((m) => m.TrampolineTab));

const AskTab = late('Ask', () => import('./ask-tab.tsx').then((m) => m.AskTab));
const ConsoleTab = late('Console', () => import('./console-tab.tsx').then((m) => m.ConsoleTab));
const VerifierTab = late('Verifier', () => import('./verifier-tab.tsx').then((m) => m.VerifierTab));

const TABS = [
  { id: 'struct', title: 'Struct' },
  { id: 'trampoline', title: 'Trampoline' },
  { id: 'ledger', title: 'Ledger' },
  { id: 'verifier', title: 'Verifier' },
  { id: 'debug', title: 'Debug' },
  { id: 'processes', title: 'Processes' },
  { id: 'console', title: 'Console' },
  { id: 'ask', title: 'Ask' },
] as const;

export function SidePane() {
  const tab = useChoices((state) => state.tabs.side);
  return (
    <Pane id="side" title="Kernel objects" tabs={TABS} selected={tab} onSelect={(next) => chooseTab('side', next)}>
      {tab === 'struct' && <StructTab />}
      {tab === 'trampoline' && <TrampolineTab />}
      {tab === 'ledger' && <LedgerTab />}
      {tab === 'verifier' && <VerifierTab />}
      {tab === 'debug' && <DebugTab />}
      {tab === 'processes' && <ProcessesTab />}
      {tab === 'console' && <ConsoleTab />}
      {tab === 'ask' && <AskTab />}
    </Pane>
  );
}
