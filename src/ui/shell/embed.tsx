/* One view for a slide, with a slim timeline and a link to the whole page. */
import type { ReactElement } from 'react';
import { useLab } from '../../page/store/lab.ts';
import { useOverlay } from '../../page/store/overlay.ts';
import { Guard } from '../controls/guard.tsx';
import { EditorPane } from '../panes/editor-pane.tsx';
import { FlowsPane } from '../panes/flows-pane.tsx';
import { LifecyclePane } from '../panes/lifecycle-pane.tsx';
import { SidePane } from '../panes/side-pane.tsx';
import { TimelinePane } from '../panes/timeline-pane.tsx';
import { Spoken } from './spoken.tsx';
import './embed.css';

const VIEWS = new Map<string, ReactElement>([
  ['lifecycle', <LifecyclePane key="lifecycle" />],
  ['flows', <FlowsPane key="flows" />],
  ['struct', <SidePane key="struct" />],
  ['code', <EditorPane key="code" />],
  ['timeline', <TimelinePane key="timeline" />],
]);

/** What is wrong with the address of the frame, as text: an author of slides sees it at once. */
function useProblem(name: string): string | null {
  const notice = useLab(({ notices }) => notices.findLast(({ kind, lasting }) => kind === 'error' && lasting));
  if (!VIEWS.has(name))
    return `There is no view “${name.slice(0, 40)}” to embed; there are ${[...VIEWS.keys()].join(', ')}.`;
  return notice ? `${notice.title}: ${notice.detail}` : null;
}

export function Embed() {
  const name = useOverlay((state) => state.embed) ?? 'lifecycle';
  const problem = useProblem(name);
  const whole = location.href.replace(/([#&])embed=[^&]*&?/, '$1').replace(/[#&]$/, '');
  return (
    <main className="embed">
      <h1 className="spoken">ops.play: {name}</h1>
      {problem !== null && (
        <p className="embed-problem problem" role="alert">
          {problem}
        </p>
      )}
      <Guard name="This view">{VIEWS.get(name) ?? VIEWS.get('lifecycle')}</Guard>
      <div className="embed-foot">
        {name !== 'timeline' && (
          <Guard name="The timeline">
            <TimelinePane />
          </Guard>
        )}
        <a className="button small" href={whole} target="_blank" rel="noopener">
          Open in playground
        </a>
      </div>
      <Guard name="The spoken words">
        <Spoken />
      </Guard>
    </main>
  );
}
