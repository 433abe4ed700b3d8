/*
 * Shows each step as its author saw it, once, when the run comes to it by stepping or playing, or is put right on it. What
 * the reader chooses after that stays until the next step with a view. Fetched with the first scenario that has one.
 */
import type { ScenarioStep } from '../../engine/index.ts';
import { onDraw } from '../frame.ts';
import { currentFrame, currentMotion } from '../frame-source.ts';
import { choices, choose } from '../store/choices.ts';
import { lab } from '../store/lab.ts';
import { looksOf, stepAt } from './step-view.ts';

let shown: ScenarioStep | null = null;

function follow(): void {
  const { scenario, cold } = lab();
  // frames of the run before may still come
  if (!scenario || cold?.scenario.id !== scenario.id) return;
  const { time } = currentFrame().hot;
  const step = stepAt(scenario, time);
  if (step === shown) return;
  shown = step;
  const comesTo = currentMotion() !== 'scrub' || step?.at === time || scenario.openAt === time;
  if (step?.view && comesTo) choose(looksOf(step.view, choices()));
}

onDraw(follow);
