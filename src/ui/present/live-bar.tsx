/* Bar shown while the speaker is live on the page, with the way back. */
import { useEffect } from 'react';
import { toggleLive, usePresenting } from '../../page/present/talk.ts';
import { Keys } from '../controls/keys.tsx';
import { tellSpeaker } from './use-speaker.ts';

const TYPING = 'input, textarea, select, [contenteditable="true"], .monaco-editor';

export function LiveBar() {
  const live = usePresenting((state) => state.live !== null);
  useEffect(() => {
    tellSpeaker();
    if (!live) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      const typing = event.target instanceof Element && event.target.closest(TYPING) !== null;
      if (event.key.toLowerCase() !== 'g' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      toggleLive();
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [live]);
  if (!live) return null;
  return (
    <section className="intro link-bar" aria-label="Live">
      <p role="status">Live, on a branch of the talk: what you do here is dropped when the talk goes on.</p>
      <button type="button" className="button primary" onClick={toggleLive}>
        Back to the talk <Keys keys="G" />
      </button>
    </section>
  );
}
