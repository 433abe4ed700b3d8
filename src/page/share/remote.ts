/*
 * Lets the page around this frame control it by seek, step and theme messages only. Messages from others are ignored;
 * those of the parent must have this shape.
 */
import { runCommand } from '../commands/registry.ts';
import { forceTheme } from '../store/theme.ts';
import { type Decoder, number, object, oneOf, tagged } from './schema.ts';

type Told =
  | { readonly opsPlay: 'seek' /** ms */; readonly at: number }
  | { readonly opsPlay: 'step'; readonly by: 1 | -1 }
  | { readonly opsPlay: 'theme'; readonly theme: 'light' | 'dark' };

const told: Decoder<Told> = tagged<Told>('opsPlay', {
  seek: object<Extract<Told, { opsPlay: 'seek' }>>({ opsPlay: oneOf('seek'), at: number }),
  step: object<Extract<Told, { opsPlay: 'step' }>>({ opsPlay: oneOf('step'), by: oneOf(1, -1) }),
  theme: object<Extract<Told, { opsPlay: 'theme' }>>({ opsPlay: oneOf('theme'), theme: oneOf('light', 'dark') }),
});

const ACTS: { readonly [K in Told['opsPlay']]: (message: Extract<Told, { opsPlay: K }>) => void } = {
  seek: ({ at }) => runCommand('time.seek', { time: Math.max(0, Math.round(at * 1e6)) }),
  step: ({ by }) => runCommand(by > 0 ? 'time.next-call' : 'time.previous-call'),
  theme: ({ theme }) => forceTheme(theme),
};

function hear({ source, data }: MessageEvent<unknown>): void {
  if (source !== window.parent) return;
  const decoded = told(data, '');
  if (!decoded.ok) return;
  const act = ACTS[decoded.value.opsPlay] as (message: Told) => void;
  act(decoded.value);
}

/** Listens to the page around this one, if any. */
export function listenToParent(): void {
  if (window.parent !== window) window.addEventListener('message', hear);
}
