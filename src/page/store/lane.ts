/* The expression that has a lane in the timeline. It is watched again when the run is another. */
import { create } from 'zustand';

interface LaneState {
  readonly text: string | null;
}

export const useLane = create<LaneState>(() => ({ text: null }));

export const showLane = (text: string | null): void => useLane.setState({ text });
