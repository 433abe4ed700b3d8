/* The expression with a lane in the timeline. It is evaluated again for each new run. */
import { create } from 'zustand';

interface LaneState {
  readonly text: string | null;
}

export const useLane = create<LaneState>(() => ({ text: null }));

export const showLane = (text: string | null): void => useLane.setState({ text });
