/* Panes side by side or one over another, with sizes that the user sets and the browser keeps. */
import { Children, Fragment, isValidElement, type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { Group, Panel, type PanelImperativeHandle, Separator, useDefaultLayout } from 'react-resizable-panels';

import { Guard } from '../controls/guard.tsx';
import { load, save } from '../../page/store/storage.ts';

interface PartProps {
  readonly id: string;
  /** px for the present window; the part without a size takes the rest */
  readonly size?: () => number;
  readonly least: number;
  readonly children: ReactNode;
}

/** One part of a `Split`. */
export const Part = ({ children }: PartProps) => children;

/** Wait after the last resize of the window, ms. */
const FOLLOW_MS = 80;

const words = (id: string): string => id.replaceAll('-', ' ');

/** Sizes in the browser's storage; none when that is denied or does not contain JSON. */
const SIZES = {
  getItem: (key: string): string | null => {
    const value = load(key);
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : null;
  },
  setItem: (key: string, value: string): void => void save(key, JSON.parse(value)),
};

/** A width defined at 1440 and 1920 px, scaled to the window that there is when it is asked for; px. */
export const across =
  (at1440: number, at1920 = at1440) =>
  (): number =>
    Math.round(window.innerWidth >= 1800 ? at1920 : at1440 * Math.min(1, window.innerWidth / 1440));

/** A height defined at 900 px, likewise; px. */
export const down = (at900: number) => (): number => Math.round(at900 * Math.min(1, window.innerHeight / 900));

interface SplitProps {
  readonly id: string;
  readonly orientation: 'horizontal' | 'vertical';
  readonly children: ReactElement<PartProps> | readonly ReactElement<PartProps>[];
}

/** Parts with splitters. Parts keep the sizes that the user gave them; until then they follow the window. */
export function Split({ id, orientation, children }: SplitProps) {
  const parts = Children.toArray(children).filter((child): child is ReactElement<PartProps> => isValidElement(child));
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({
    id: `ops.play.${id}`,
    onlySaveAfterUserInteractions: true,
    storage: SIZES,
  });
  const panels = useRef(new Map<string, PanelImperativeHandle>());
  const own = useRef(defaultLayout !== undefined);
  useEffect(() => {
    const follow = (): void => {
      if (!own.current)
        for (const { props } of parts) if (props.size) panels.current.get(props.id)?.resize(props.size());
    };
    let timer = 0;
    // only after the group has taken the window's new size do the parts have room
    const onResize = (): void => {
      clearTimeout(timer);
      timer = window.setTimeout(follow, FOLLOW_MS);
    };
    window.addEventListener('resize', onResize);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('resize', onResize);
    };
  });
  return (
    <Group
      id={id}
      className="split"
      orientation={orientation}
      defaultLayout={defaultLayout}
      onLayoutChanged={(layout, meta) => {
        own.current ||= meta.isUserInteraction;
        onLayoutChanged(layout, meta);
      }}
    >
      {parts.map(({ props }, i) => (
        <Fragment key={props.id}>
          {parts[i - 1] && (
            <Separator
              className="splitter"
              aria-label={`Between ${words(parts[i - 1]?.props.id ?? '')} and ${words(props.id)}`}
            />
          )}
          <Panel
            id={props.id}
            className="split-part"
            defaultSize={props.size?.()}
            minSize={props.least}
            panelRef={(panel) => {
              if (panel) panels.current.set(props.id, panel);
              else panels.current.delete(props.id);
            }}
            groupResizeBehavior={props.size === undefined ? 'preserve-relative-size' : 'preserve-pixel-size'}
          >
            <Guard name={`The pane ${words(props.id)}`}>{props.children}</Guard>
          </Panel>
        </Fragment>
      ))}
    </Group>
  );
}
