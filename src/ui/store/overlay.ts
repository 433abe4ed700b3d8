/* Which sheet lies over the page. */
import { create } from 'zustand';

export type Overlay = 'palette' | 'keys' | null;

export const useOverlay = create<{ readonly overlay: Overlay }>(() => ({ overlay: null }));

export const showOverlay = (overlay: Overlay): void => useOverlay.setState({ overlay });
