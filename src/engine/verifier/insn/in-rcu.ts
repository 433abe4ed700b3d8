/* Whether objects that RCU protects stay while an instruction runs (in_rcu_cs). */
import type { Session } from '../session.ts';

const SLEEPABLE = 0x10;

export const inRcu = ({ cur, program }: Session): boolean =>
  cur.rcu || cur.lock !== null || (program.flags & SLEEPABLE) === 0;
