/*
 * Connection between the stage and the speaker's window: a channel that both open by name; where the browser denies
 * that, messages to the window itself, accepted only from that window and this origin.
 */
import type { Talk } from './talk.ts';

export interface StageState {
  readonly at: number;
  readonly blank: boolean;
  readonly live: boolean;
  readonly scale: number;
  readonly startedAt: number;
  readonly theme: 'light' | 'dark';
}

export type TalkMessage =
  /** the speaker's window has opened and needs the state */
  | { readonly type: 'hello' }
  | { readonly type: 'talk'; readonly talk: Talk }
  | { readonly type: 'state'; readonly state: StageState }
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'step'; readonly at: number }
  | { readonly type: 'end' };

export interface Wire {
  readonly send: (message: TalkMessage) => void;
  readonly close: () => void;
}

const isMessage = (data: unknown): data is TalkMessage =>
  typeof data === 'object' && data !== null && 'type' in data && typeof data.type === 'string';

/** Opens the connection; `peer`: the other window, if known. */
export function openWire(name: string, peer: Window | null, heard: (message: TalkMessage) => void): Wire {
  try {
    const channel = new BroadcastChannel(name);
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => isMessage(data) && heard(data));
    return { send: (message) => channel.postMessage(message), close: () => channel.close() };
  } catch {
    const onMessage = ({ source, origin, data }: MessageEvent<unknown>): void => {
      if (source === peer && origin === location.origin && isMessage(data)) heard(data);
    };
    window.addEventListener('message', onMessage);
    return {
      send: (message) => peer?.postMessage(message, location.origin),
      close: () => window.removeEventListener('message', onMessage),
    };
  }
}
