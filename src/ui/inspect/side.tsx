import { Pane } from '../controls/pane.tsx';
import { CodeTab } from '../panes/editor-pane.tsx';
import { TrampolineTab } from '../panes/trampoline-tab.tsx';
import { setInspect, useInspect } from '../../page/store/inspect.ts';
import { AccessesTab } from './accesses-tab.tsx';

const TABS = [
  { id: 'trampoline', title: 'Trampoline' },
  { id: 'accesses', title: 'Who uses it' },
  { id: 'code', title: 'Code' },
] as const;

/** Code related to the struct: code that its pointers lead to, and code that uses it. */
export function BehindPane() {
  const tab = useInspect((state) => state.sideTab);
  return (
    <Pane id="behind" title="Related code" tabs={TABS} selected={tab} onSelect={(sideTab) => setInspect({ sideTab })}>
      {tab === 'trampoline' && <TrampolineTab />}
      {tab === 'accesses' && <AccessesTab />}
      {tab === 'code' && <CodeTab />}
    </Pane>
  );
}
