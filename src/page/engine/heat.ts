/* Keeps the heat map up to date: requests it again whenever the run stops at another time. */
import { currentFrame } from '../frame-source.ts';
import { useChoices } from '../store/choices.ts';
import { lab, useLab } from '../store/lab.ts';
import { ask } from './engine.ts';

const REST_MS = 200;

export function followHeat(): void {
  let timer = 0;
  const soon = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const { playing, phase, job } = lab();
      if (!useChoices.getState().heat || playing || phase !== 'ready' || job) return;
      void ask('heat', { time: currentFrame().hot.time });
    }, REST_MS);
  };
  useLab.subscribe((now, before) => {
    if (
      now.answers.run !== before.answers.run ||
      now.cold !== before.cold ||
      now.cpu !== before.cpu ||
      now.playing !== before.playing
    )
      soon();
  });
  useChoices.subscribe((now, before) => {
    if (now.heat !== before.heat) soon();
  });
}
