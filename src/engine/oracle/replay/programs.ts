/* Recording b0: a program for every member. The other recordings begin with these programs loaded. */
import type { Answer } from './recording.ts';
import { constantProgram, type Session } from './session.ts';

export interface Programs {
  /** fds by member, for members that can be loaded */
  readonly byMember: Readonly<Record<string, number>>;
  /** a socket filter */
  readonly filter: number;
  /** the programs of a valid congestion control */
  readonly good: Readonly<Record<string, number>>;
}

/** the verifier's last line, when it refused before the first instruction */
const NOTHING_VERIFIED =
  'processed 0 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n';

export function* programs(s: Session): Generator<Answer, Programs> {
  const byMember: Record<string, number> = {};
  for (const [index, { name }] of s.members.entries()) {
    const loaded = s.prog(index, { prog_name: `p_${name}`.slice(0, 15) });
    const log = `${loaded.message}\n${NOTHING_VERIFIED}`;
    yield { op: 'BPF_PROG_LOAD', ret: loaded.ret, out: loaded.ret < 0 ? { log } : undefined };
    if (loaded.ret >= 0) byMember[name] = loaded.ret;
  }
  const filter = s.bpf('BPF_PROG_LOAD', {
    prog_type: 1,
    insns: constantProgram(0),
    insn_cnt: 2,
    license: new TextEncoder().encode('GPL\0'),
  }).ret;
  const { ssthresh, cong_avoid, undo_cwnd } = byMember;
  return { byMember, filter, good: { ssthresh, cong_avoid, undo_cwnd } };
}

/** Loads the programs without comparing answers. */
export function loadPrograms(s: Session): Programs {
  const loading = programs(s);
  let step = loading.next();
  while (!step.done) step = loading.next();
  return step.value;
}
