/* The page's present view, kept with each action for recordings. */
import type { StepView } from '../../engine/index.ts';
import type { Choices } from '../store/choices.ts';

export type Looks = Pick<Choices, 'preset' | 'tabs' | 'selection'>;

/** The present view, without the tab of narrow screens, which is the reader's own. */
export function viewOf({ preset, tabs: { narrow: _, ...tabs }, selection }: Looks): StepView {
  const { map, socket, field } = selection;
  return {
    preset,
    tabs,
    ...(map === null ? {} : { map }),
    ...(socket === null ? {} : { socket }),
    ...(field === null ? {} : { field }),
  };
}
