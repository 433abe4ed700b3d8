/* References that a program holds and must release (acquire_reference_state, release_reference). */
import { EINVAL } from '../../base/errnos.ts';
import type { Session } from '../session.ts';
import { forEachReg, type State } from '../state.ts';
import { UNKNOWN_SCALAR } from '../types.ts';

export function acquire(env: Session): number {
  const id = env.newId();
  const { frame } = env;
  frame.refs = [...frame.refs, { id, insn: env.insn }];
  return id;
}

/** Removes the reference with an id; false when it is not held. */
export function releaseId(st: State, id: number): boolean {
  const { frame } = st;
  const at = frame.refs.findIndex((r) => r.id === id);
  if (at < 0) return false;
  // the last reference takes the place of the removed one
  const refs = frame.refs.slice();
  const last = refs.pop();
  if (last && at < refs.length) refs[at] = last;
  frame.refs = refs;
  return true;
}

/** Releases a reference: every copy of the pointer becomes an unknown number. */
export function release(env: Session, id: number): boolean {
  if (!releaseId(env.cur, id)) return false;
  forEachReg(env.cur, (r) => {
    if (r.v.refObjId !== id) return;
    r.v = UNKNOWN_SCALAR;
    r.precise = false;
  });
  return true;
}

/** check_reference_leak: in the outermost frame, or where a callback would leak; `text` follows what leaks. */
export function checkLeaks(env: Session, exceptionExit = false, text = ''): void {
  const { frame } = env;
  if (!exceptionExit && frame.frameno > 0 && !frame.inCallback) return;
  let leaks = false;
  const callerRefs = frame.inCallback && frame.frameno > 0 ? env.cur.frames[frame.frameno - 1].refs : [];
  for (const { id, insn } of frame.refs) {
    if (!exceptionExit && frame.inCallback && callerRefs.some((r) => r.id === id)) continue;
    env.say(`Unreleased reference id=${id} alloc_insn=${insn}\n`);
    leaks = true;
  }
  if (leaks) env.refuse(EINVAL, text);
}
