/* The Inspect preset. Its panes are loaded on first use, or shortly after the first picture. */
import type { ComponentType } from 'react';
import { late } from '../controls/guard.tsx';
import { TimelinePane } from '../panes/timeline-pane.tsx';
import { across, down, Part, Split } from './split.tsx';

type Panes = typeof import('../inspect/inspector.ts');

const load = (): Promise<Panes> => import('../inspect/inspector.ts');
const pane = (pick: (panes: Panes) => ComponentType, name: string): ComponentType =>
  late(name, () => load().then(pick), { fallback: <section className="pane" aria-label={name} /> });

export const TypePane = pane((panes) => panes.TypePane, 'Type');
const LayoutPane = pane((panes) => panes.LayoutPane, 'Layout');
const MemoryPane = pane((panes) => panes.MemoryPane, 'Memory');
const BehindPane = pane((panes) => panes.BehindPane, 'Related code');

const AHEAD_MS = 2500;
setTimeout(() => load().catch(() => {}), AHEAD_MS);

const FOLDED = (): number => 28;

/** A type, its memory layout, and related code; the timeline folds to a line. */
export function Inspect() {
  return (
    <Split id="inspect" orientation="vertical">
      <Part id="panes" least={260}>
        <Split id="inspect-columns" orientation="horizontal">
          <Part id="type" size={across(404, 460)} least={280}>
            <TypePane />
          </Part>
          <Part id="centre" least={380}>
            <Split id="inspect-centre" orientation="vertical">
              <Part id="layout" size={down(290)} least={120}>
                <LayoutPane />
              </Part>
              <Part id="memory" least={120}>
                <MemoryPane />
              </Part>
            </Split>
          </Part>
          <Part id="behind" size={across(400, 420)} least={260}>
            <BehindPane />
          </Part>
        </Split>
      </Part>
      <Part id="timeline" size={FOLDED} least={28}>
        <TimelinePane />
      </Part>
    </Split>
  );
}
