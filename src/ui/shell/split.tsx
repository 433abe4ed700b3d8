/* Panes side by side or one over another, with sizes that the user sets and the browser keeps. */
import { Children, Fragment, isValidElement, type ReactElement, type ReactNode } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';

import { Guard } from '../controls/guard.tsx';
import { load, save } from '../../page/store/storage.ts';

interface PartProps {
  readonly id: string;
  /** px; the part without a size takes the rest */
  readonly size?: number;
  readonly least: number;
  readonly children: ReactNode;
}

/** One part of a `Split`. */
export const Part = ({ children }: PartProps) => children;

const words = (id: string): string => id.replaceAll('-', ' ');

/** Sizes in the browser's storage; none when that is denied or does not contain JSON. */
const SIZES = {
  getItem: (key: string): string | null => {
    const value = load(key);
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : null;
  },
  setItem: (key: string, value: string): void => void save(key, JSON.parse(value)),
};

interface SplitProps {
  readonly id: string;
  readonly orientation: 'horizontal' | 'vertical';
  readonly children: ReactElement<PartProps> | readonly ReactElement<PartProps>[];
}

export function Split({ id, orientation, children }: SplitProps) {
  const parts = Children.toArray(children).filter((child): child is ReactElement<PartProps> => isValidElement(child));
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({
    id: `ops.play.${id}`,
    onlySaveAfterUserInteractions: true,
    storage: SIZES,
  });
  return (
    <Group
      id={id}
      className="split"
      orientation={orientation}
      defaultLayout={defaultLayout}
      onLayoutChanged={onLayoutChanged}
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
            defaultSize={props.size}
            minSize={props.least}
            groupResizeBehavior={props.size === undefined ? 'preserve-relative-size' : 'preserve-pixel-size'}
          >
            <Guard name={`The pane ${words(props.id)}`}>{props.children}</Guard>
          </Panel>
        </Fragment>
      ))}
    </Group>
  );
}
