/*
 * Steps of bpf_check before the verifier: log, records, map references, control flow, and the member that a struct_ops
 * program is for. The last step runs the verifier (verify.ts).
 */
import { entryOf } from '../base/assert.ts';
import { type ProgLoad } from './prog-loading.ts';
import { ERRNO } from '../base/errno.ts';
import { must } from './calls.ts';
import { objectOf } from './fds.ts';
import type { Verdict } from '../verifier/index.ts';
import { absentCall } from './absent-call.ts';
import { findReferences, withAddresses } from './maps/references.ts';
import { withoutDeadCode } from './dead-code.ts';
import { fail, next, type Outcome, type Step } from './steps.ts';
import { PROG_FLAG, PROG_TYPE_STRUCT_OPS } from './uapi.ts';
import { structureOf, verifyProgram } from './verify.ts';
import { finishLog, type LogAttr, logSteps } from './verifier-log.ts';

/** license_is_gpl_compatible: exactly these */
const GPL_LICENSES = ['GPL', 'GPL v2', 'GPL and additional rights', 'Dual BSD/GPL', 'Dual MIT/GPL', 'Dual MPL/GPL'];
/** MIN_BPF_FUNCINFO_SIZE, MAX_FUNCINFO_REC_SIZE */
const FUNC_INFO = { least: 8, most: 252 };
const LINE_INFO = { least: 16, most: 252 };

/** The verifier's last line when it has not processed any instruction. */
const NOTHING_VERIFIED =
  'processed 0 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n';

const isStructOps = ({ attr }: ProgLoad): boolean => attr.prog_type === PROG_TYPE_STRUCT_OPS;

const logOf = ({ attr }: ProgLoad): LogAttr => ({ level: attr.log_level, size: attr.log_size, buffer: attr.log_buf });

/** Refuses with a log; a log buffer that is too small or unmapped changes the errno. */
function refuse(x: ProgLoad, errno: number, text: string, log = `${text}\n${NOTHING_VERIFIED}`): Outcome {
  return fail(finishLog(x.k, x.out, logOf(x), log) || errno, text);
}

function accepted(x: ProgLoad, log: string): Outcome {
  const errno = finishLog(x.k, x.out, logOf(x), log);
  return errno === 0 ? next : fail(errno);
}

export const gplCompatible = (x: ProgLoad): boolean => GPL_LICENSES.includes(x.license);

type Anywhere = Omit<Step<ProgLoad>, 'id' | 'since' | 'until'>;

const mapReferences: Anywhere = {
  scope: 'call',
  source: 'resolve_pseudo_ldimm64',
  text: 'maps that the program names by fd are maps, and not struct_ops maps',
  run(x) {
    const found = findReferences(x.k, x.pid, x.insns);
    if ('errno' in found) return refuse(x, found.errno, found.text);
    x.refs = found;
    return next;
  },
};

const cfg: Anywhere = {
  scope: 'call',
  source: 'check_cfg',
  text: 'opcodes are known, jumps stay inside, every function ends with an exit or a jump, and all can be reached',
  run(x) {
    const refusal = structureOf(x);
    return refusal ? refuse(x, refusal.errno, refusal.text) : next;
  },
};

/** The instructions that run: with addresses in place of fds, and without unreachable code. */
export function runnable({ insns, refs, seen }: ProgLoad): Uint8Array {
  const placed = withAddresses(insns, refs);
  return seen ? withoutDeadCode(placed, seen) : placed;
}

/** Without verification, refuses a program only when no engine could run it. */
function unfollowed(x: ProgLoad): Outcome {
  const everywhere = new Uint8Array(x.insns.length / 8).fill(1);
  const reason = absentCall(x.k, x.insns, everywhere) ?? x.k.prepare(runnable(x));
  return reason === null ? accepted(x, NOTHING_VERIFIED) : refuse(x, ERRNO.EINVAL, reason);
}

const recordsFit = (count: number, size: number, { least, most }: { least: number; most: number }): boolean =>
  count === 0 || (size >= least && size <= most && size % 4 === 0);

export const CHECK_STEPS: readonly Step<ProgLoad>[] = [
  ...logSteps(logOf),
  {
    id: 'btf-info',
    scope: 'call',
    source: 'check_btf_info',
    text: 'function and line records come with a program BTF, in records of a known size',
    run(x) {
      const { k, pid, attr } = x;
      if (attr.func_info_cnt === 0 && attr.line_info_cnt === 0) return next;
      const btf = objectOf(k, pid, attr.prog_btf_fd, 'btf');
      if (btf < 0) return fail(-btf);
      if (entryOf(k.state.btfs, btf).kernel) return fail(ERRNO.EACCES);
      x.btf = btf;
      const fit =
        recordsFit(attr.func_info_cnt, attr.func_info_rec_size, FUNC_INFO) &&
        recordsFit(attr.line_info_cnt, attr.line_info_rec_size, LINE_INFO);
      return must(fit, ERRNO.EINVAL);
    },
  },
  { ...mapReferences, id: 'map-refs', since: 'v6.12' },
  { ...cfg, id: 'cfg', since: 'v6.12' },
  {
    id: 'sleepable',
    scope: 'call',
    source: 'check_attach_btf_id',
    until: 'v6.1',
    text: 'struct_ops programs do not sleep',
    run: (x) =>
      isStructOps(x) && (x.attr.prog_flags & PROG_FLAG.SLEEPABLE) !== 0
        ? refuse(x, ERRNO.EINVAL, 'Only fentry/fexit/fmod_ret, lsm, and kprobe/uprobe programs can be sleepable')
        : next,
  },
  {
    id: 'license',
    scope: 'call',
    source: 'check_struct_ops_btf_id',
    since: 'v6.1',
    text: 'the licence is compatible with the GPL',
    run: (x) =>
      !isStructOps(x) || gplCompatible(x)
        ? next
        : refuse(x, ERRNO.EINVAL, 'struct ops programs must have a GPL compatible license'),
  },
  {
    id: 'attach-btf-id',
    scope: 'call',
    source: 'check_struct_ops_btf_id',
    since: 'v6.12',
    text: 'attach_btf_id is given',
    run: (x) => must(!isStructOps(x) || x.attr.attach_btf_id !== 0, ERRNO.ENOTSUPP),
  },
  {
    id: 'attach-struct',
    scope: 'call',
    source: 'check_struct_ops_btf_id',
    text: 'attach_btf_id is a registered struct_ops type',
    run(x) {
      if (!isStructOps(x)) return next;
      const id = x.attr.attach_btf_id;
      x.type = x.k.types.find(({ typeId }) => typeId === id) ?? null;
      return x.type ? next : refuse(x, ERRNO.ENOTSUPP, `attach_btf_id ${id} is not a supported struct`);
    },
  },
  {
    id: 'attach-index',
    scope: 'call',
    source: 'check_struct_ops_btf_id',
    text: 'expected_attach_type is the index of a member',
    run(x) {
      if (!x.type) return next;
      const index = x.attr.expected_attach_type;
      x.member = x.type.members[index] ?? null;
      return x.member
        ? next
        : refuse(x, ERRNO.EINVAL, `attach to invalid member idx ${index} of struct ${x.type.name}`);
    },
  },
  {
    id: 'attach-member',
    scope: 'call',
    source: 'check_struct_ops_btf_id',
    text: 'that member is a function pointer',
    run(x) {
      const { type, member } = x;
      if (!type || !member || member.kind === 'func') return next;
      const where = `${member.name}(@idx ${member.index}) of struct ${type.name}`;
      return refuse(x, ERRNO.EINVAL, `attach to invalid member ${where}`);
    },
  },
  {
    id: 'attach-supported',
    scope: 'call',
    source: 'check_struct_ops_btf_id',
    text: 'programs can implement that member',
    run(x) {
      const { type, member } = x;
      if (!type || !member || member.model !== null) return next;
      return refuse(x, ERRNO.ENOTSUPP, `attach to unsupported member ${member.name} of struct ${type.name}`);
    },
  },
  { ...mapReferences, id: 'map-refs-late', until: 'v6.1' },
  { ...cfg, id: 'cfg-late', until: 'v6.1' },
  {
    id: 'verify',
    scope: 'call',
    source: 'do_check',
    text: 'every path of the program is safe',
    run(x) {
      const verdict = verifyProgram(x);
      x.touches = verdict?.touches ?? [];
      if (!verdict || x.k.state.unverified) return unfollowed(x);
      if (verdict.errno !== 0) return answerVerdict(x, verdict);
      const absent = absentCall(x.k, x.insns, verdict.seen);
      if (absent !== null) return refuse(x, ERRNO.EINVAL, absent);
      x.seen = verdict.seen;
      x.verdict = verdict;
      const reason = x.k.prepare(runnable(x));
      return reason === null ? answerVerdict(x, verdict) : refuse(x, ERRNO.EINVAL, reason);
    },
  },
];

/** Writes the verifier's log into the caller's buffer, and answers with its errno. */
function answerVerdict({ attr, out }: ProgLoad, { errno, log, logTrueSize, message }: Verdict): Outcome {
  if (attr.log_level !== 0 && logTrueSize > 0) out.fields = { ...out.fields, log_true_size: logTrueSize };
  if (attr.log_level !== 0 && attr.log_buf !== null) {
    out.log = log;
    if (!(attr.log_buf instanceof Uint8Array)) return fail(ERRNO.EFAULT);
  }
  return errno === 0 ? next : fail(errno, message);
}
