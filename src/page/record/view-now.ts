/* How the page looks when something is done: kept with what was done, for whoever records it. */
import type { StepView } from '../../engine/index.ts';
import type { Choices } from '../store/choices.ts';

export type Looks = Pick<Choices, 'preset' | 'tabs' | 'selection'>;

/** How the page looks now. The tab of a narrow screen is its reader's. */
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
