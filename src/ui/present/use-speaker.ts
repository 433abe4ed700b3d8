/* The stage's side of the connection to the speaker's window. */
import { useEffect, useMemo, useState } from 'react';
import { presenting, showStep, talkKey, usePresenting } from '../../page/present/talk.ts';
import { openWire, type StageState, type TalkMessage, type Wire } from '../../page/present/wire.ts';
import { isLight } from '../../page/store/theme.ts';

interface Speaker {
  readonly open: () => void;
  /** the browser refused to open a window */
  readonly refused: boolean;
}

const stateNow = (): StageState => {
  const { at, blank, live, scale, startedAt } = presenting();
  return { at, blank, live: live !== null, scale, startedAt, theme: isLight() ? 'light' : 'dark' };
};

/** One connection for the life of the page, so that going live and back keeps the speaker's window. */
let wire: Wire | null = null;
let name = '';

/** Sends the whole talk to a new window, or to one that still has the previous talk. */
function tellAll(): void {
  const { talk } = presenting();
  if (talk) wire?.send({ type: 'talk', talk });
  tellSpeaker();
}

function heard(message: TalkMessage): void {
  if (message.type === 'hello' && presenting().talk) tellAll();
  if (message.type === 'key') talkKey(message.key);
  if (message.type === 'step' && typeof message.at === 'number') showStep(message.at);
}

export function useSpeaker(): Speaker {
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    tellAll();
    const end = usePresenting.subscribe(({ talk }) => (talk ? tellSpeaker() : wire?.send({ type: 'end' })));
    return end;
  }, []);
  return useMemo(
    () => ({
      refused,
      open: () => {
        name ||= `ops.play.talk.${crypto.randomUUID()}`;
        const opened = window.open(
          `${location.pathname}${location.search}#speaker=${name}`,
          name,
          'width=1440,height=900',
        );
        wire?.close();
        wire = openWire(name, opened, heard);
        setRefused(opened === null);
      },
    }),
    [refused],
  );
}

/** Sends the present state to the speaker's window. */
export const tellSpeaker = (): void => wire?.send({ type: 'state', state: stateNow() });
