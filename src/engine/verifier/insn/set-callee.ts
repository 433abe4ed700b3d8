import type { Session } from '../session.ts';
import type { Frame } from '../state.ts';

/** Fills in the registers of a callee from those of its caller. */
export type SetCallee = (env: Session, caller: Frame, callee: Frame) => void;
