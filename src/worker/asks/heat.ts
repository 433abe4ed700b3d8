import { Lab } from '../../engine/index.ts';
import { type Answerer, runAgain } from './answerer.ts';

/** Repeats the commands in the interpreter, and counts instructions. */
export const heat: Answerer<'heat'> = (desk, lab, { time }, answer) =>
  desk.start(() => {
    const { Again, countInstructions } = desk.late;
    const again = new Again(new Lab(desk.parts, lab.scenario, desk.texts), lab.commands, time);
    const counted = countInstructions(again.lab.machine);
    return runAgain('counting instructions', again, () => answer({ time, heat: counted() }));
  });
