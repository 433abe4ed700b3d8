/*
 * Applies the author's view of a step once, when the run reaches the step by stepping, playing or seeking to it. The
 * user's later choices stay until the next step with a view. Loaded with the first scenario that has views.
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
  // frames of the previous run may still arrive
  if (!scenario || cold?.scenario.id !== scenario.id) return;
  const { time } = currentFrame().hot;
  const step = stepAt(scenario, time);
  if (step === shown) return;
  shown = step;
  const comesTo = currentMotion() !== 'scrub' || step?.at === time || scenario.openAt === time;
  if (step?.view && comesTo) choose(looksOf(step.view, choices()));
}

onDraw(follow);
