/* Pending branches: the stack of saved states that are still to be explored (push_stack, pop_stack). */
import { E2BIG } from '../base/errnos.ts';
import type { Pending, Session } from './session.ts';
import { copyState, type State } from './state.ts';

const MOST_PENDING = 8192;

/** Saves a copy of the current state, to continue later at an instruction. */
export function pushBranch(env: Session, insn: number, prev: number): State {
  const state = copyState(env.cur);
  env.pending = {
    state,
    insn,
    prev,
    logPosition: env.log.position,
    next: env.pending,
    path: env.path,
    visit: env.visits.length - 1,
  };
  env.pendingCount++;
  state.branches = 1;
  if (state.parent) state.parent.branches++;
  if (env.pendingCount > MOST_PENDING) env.refuse(E2BIG, `The sequence of ${env.pendingCount} jumps is too complex.`);
  return state;
}

/** The newest pending branch becomes the current state; null when there is none. */
export function popBranch(env: Session): Pending | null {
  const head = env.pending;
  if (!head) return null;
  env.pending = head.next;
  env.pendingCount--;
  env.cur = head.state;
  return head;
}

/** Ends a path: its states lose one open branch, and those with none left are closed (update_branch_counts). */
export function closeBranch(state: State): void {
  let st: State | null = state;
  while (st) {
    st.branches--;
    if (st.branches > 0) return;
    const parent: State | null = st.parent;
    // a state inside an open loop passes the loop entry to its parent
    if (st.loopEntry && parent && st.loopEntry !== st) updateLoopEntry(parent, st.loopEntry);
    st = parent;
  }
}

/** The outermost entry of the loops that a state is part of (get_loop_entry). */
export function topLoopEntry(st: State): State | null {
  let top = st.loopEntry;
  while (top?.loopEntry && top !== top.loopEntry) top = top.loopEntry;
  return top;
}

/** update_loop_entry */
export function updateLoopEntry(cur: State, header: State): void {
  const curEntry = topLoopEntry(cur) ?? cur;
  const headerEntry = topLoopEntry(header) ?? header;
  if (headerEntry.branches > 0 && headerEntry.dfsDepth <= curEntry.dfsDepth) {
    cur.loopEntry = headerEntry;
    headerEntry.usedAsLoopEntry = true;
  }
}
