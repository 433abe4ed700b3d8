/* The arrangements of panes. Default sizes are defined at 1440 and 1920 px; the user's own are kept. */
import type { ReactElement } from 'react';
import { EditorPane } from '../panes/editor-pane.tsx';
import { FlowsPane } from '../panes/flows-pane.tsx';
import { LifecyclePane } from '../panes/lifecycle-pane.tsx';
import { SidePane } from '../panes/side-pane.tsx';
import { TimelinePane } from '../panes/timeline-pane.tsx';
import type { Preset } from '../../page/store/presets.ts';
import { Inspect } from './inspect-preset.tsx';
import { across, down, Part, Split } from './split.tsx';

function Debug() {
  return (
    <Split id="debug" orientation="vertical">
      <Part id="panes" least={200}>
        <Split id="debug-columns" orientation="horizontal">
          <Part id="programs" size={across(408, 460)} least={220}>
            <EditorPane />
          </Part>
          <Part id="centre" least={340}>
            <Split id="debug-centre" orientation="vertical">
              <Part id="lifecycle" least={236}>
                <LifecyclePane />
              </Part>
              <Part id="flows" size={down(252)} least={90}>
                <FlowsPane />
              </Part>
            </Split>
          </Part>
          <Part id="kernel-objects" size={across(366, 420)} least={220}>
            <SidePane />
          </Part>
        </Split>
      </Part>
      <Part id="timeline" size={down(160)} least={28}>
        <TimelinePane />
      </Part>
    </Split>
  );
}

/** The Flows preset, in which the wire has most of the space. */
function Flows() {
  return (
    <Split id="flows-preset" orientation="vertical">
      <Part id="panes" least={260}>
        <Split id="flows-columns" orientation="horizontal">
          <Part id="flows" least={380}>
            <FlowsPane />
          </Part>
          <Part id="lifecycle" size={across(460, 640)} least={300}>
            <LifecyclePane />
          </Part>
        </Split>
      </Part>
      <Part id="timeline" size={down(160)} least={28}>
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
