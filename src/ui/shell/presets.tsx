/* The arrangements of panes. Sizes are those of the brief at 1440 and 1920 px; the user's own are kept. */
import type { ReactElement } from 'react';
import { EditorPane } from '../panes/editor-pane.tsx';
import { FlowsPane } from '../panes/flows-pane.tsx';
import { LifecyclePane } from '../panes/lifecycle-pane.tsx';
import { SidePane } from '../panes/side-pane.tsx';
import { TimelinePane } from '../panes/timeline-pane.tsx';
import type { Preset } from '../../page/store/choices.ts';
import { Inspect } from './inspect-preset.tsx';
import { Part, Split } from './split.tsx';

const isWide = (): boolean => window.innerWidth >= 1800;

function Debug() {
  const [left, right] = isWide() ? [460, 420] : [408, 366];
  return (
    <Split id="debug" orientation="vertical">
      <Part id="panes" least={260}>
        <Split id="debug-columns" orientation="horizontal">
          <Part id="programs" size={left} least={260}>
            <EditorPane />
          </Part>
          <Part id="centre" least={380}>
            <Split id="debug-centre" orientation="vertical">
              <Part id="lifecycle" least={200}>
                <LifecyclePane />
              </Part>
              <Part id="flows" size={252} least={90}>
                <FlowsPane />
              </Part>
            </Split>
          </Part>
          <Part id="kernel-objects" size={right} least={260}>
            <SidePane />
          </Part>
        </Split>
      </Part>
      <Part id="timeline" size={160} least={28}>
        <TimelinePane />
      </Part>
    </Split>
  );
}

/** The wire takes the room. */
function Flows() {
  return (
    <Split id="flows-preset" orientation="vertical">
      <Part id="panes" least={260}>
        <Split id="flows-columns" orientation="horizontal">
          <Part id="flows" least={380}>
            <FlowsPane />
          </Part>
          <Part id="lifecycle" size={isWide() ? 640 : 460} least={300}>
            <LifecyclePane />
          </Part>
        </Split>
      </Part>
      <Part id="timeline" size={160} least={28}>
        <TimelinePane />
      </Part>
    </Split>
  );
}

export const PRESET_VIEWS: Readonly<Record<Preset, () => ReactElement>> = {
  debug: Debug,
  inspect: Inspect,
  flows: Flows,
};
