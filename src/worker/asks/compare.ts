import { Lab, openMachineParts } from '../../engine/index.ts';
import { NOTHING } from '../desk.ts';
import { type Answerer, runAgain } from './answerer.ts';

/** Gives the same texts and commands to another kernel; the page's lab does not move. */
export const compare: Answerer<'compare'> = (desk, lab, { kernel, btf, ids }, answer) =>
  desk.start(() => {
    const parts = openMachineParts(kernel, new Uint8Array(btf), new Uint32Array(ids));
    if (!parts.ok) {
      desk.notice({ kind: 'error', title: `${kernel} could not be started`, detail: parts.error.message });
      answer(null);
      return NOTHING;
    }
    const other = new Lab(parts.value, lab.scenario, desk.texts);
    const again = new desk.late.Again(other, lab.commands, Math.max(lab.scenario.until, lab.history.until));
    return runAgain(`running on ${kernel}`, again, () => {
      const { calls, transitions } = other.history;
      answer({ kernel, calls, transitions });
    });
  });
