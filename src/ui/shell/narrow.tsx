/* Under 900 px: one pane at a time, the timeline below. */
import { Guard } from '../controls/guard.tsx';
import { TabList } from '../controls/tabs.tsx';
import { EditorPane } from '../panes/editor-pane.tsx';
import { FlowsPane } from '../panes/flows-pane.tsx';
import { LifecyclePane } from '../panes/lifecycle-pane.tsx';
import { SidePane } from '../panes/side-pane.tsx';
import { TimelinePane } from '../panes/timeline-pane.tsx';
import { TypePane } from './inspect-preset.tsx';
import { chooseTab, useChoices } from '../../page/store/choices.ts';

/** The struct pane; in the Inspect preset, the inspector's type. */
function StructPane() {
  const preset = useChoices((state) => state.preset);
  return preset === 'inspect' ? <TypePane /> : <SidePane />;
}

const TABS = [
  { id: 'lifecycle', title: 'Lifecycle', view: LifecyclePane },
  { id: 'flows', title: 'Flows', view: FlowsPane },
  { id: 'struct', title: 'Struct', view: StructPane },
  { id: 'code', title: 'Code', view: EditorPane },
] as const;

export function Narrow() {
  const selected = useChoices((state) => state.tabs.narrow);
  const { view: View } = TABS.find(({ id }) => id === selected) ?? TABS[0];
  return (
    <div className="narrow">
      <TabList
        label="Panes"
        tabs={TABS}
        selected={selected}
        panel="narrow"
        onSelect={(tab) => chooseTab('narrow', tab)}
      />
      <div className="narrow-pane" role="tabpanel" id="narrow" aria-labelledby={`narrow-tab-${selected}`}>
        <Guard key={selected} name="This pane">
          <View />
        </Guard>
      </div>
      <Guard name="The timeline">
        <TimelinePane />
      </Guard>
    </div>
  );
}
