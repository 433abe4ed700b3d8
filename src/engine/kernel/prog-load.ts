/* BPF_PROG_LOAD: bpf_prog_load, and what bpf_check does before it follows the program's paths. */
import { ERRNO } from '../base/errno.ts';
import { type Call, command, type CommandTable, copyFromUser, must, unprivilegedGate } from './calls.ts';
import { capable, newFd, objectOf } from './fds.ts';
import { allocId, allocObject, holdBtf, keepBlob } from './objects.ts';
import { type ProgObject, withEntry } from './state.ts';
import { done, fail, next, type Outcome, type Step } from './steps.ts';
import type { StructOpsMember, StructOpsType } from './struct-ops/types.ts';
import { objName, PROG_FLAG, PROG_TYPE_MAX, PROG_TYPE_STRUCT_OPS } from './uapi.ts';

interface ProgLoad extends Call<'BPF_PROG_LOAD'> {
  insns: Uint8Array;
  license: string;
  name: string;
  /** BTF that attach_btf_id is about: object number, 0: vmlinux because attach_btf_id is set, -1: none */
  attachBtf: number;
  /** attach_prog_fd is a program */
  attachProg: boolean;
  btf: number;
  type: StructOpsType | null;
  member: StructOpsMember | null;
  /** what the verifier wrote */
  log: string;
}

const INSN_BYTES = 8;
const MAX_INSNS = 1_000_000;
/** BPF_MAXINSNS, for those without CAP_BPF */
const MAX_INSNS_UNPRIVILEGED = 4096;
/** BTF_MAX_TYPE */
const BTF_MAX_TYPE = 0xf_ffff;
const LOG_LEAST = 128;
const LOG_MAX = 0xffff_ffff >>> 2;
/** program types that may be loaded without CAP_BPF: socket filter, cgroup skb */
const UNPRIVILEGED_TYPES = [1, 8];
const SOCKET_FILTER = 1;
/** is_perfmon_prog_type */
const PERFMON_TYPES = [2, 5, 7, 17, 26, 28, 29, PROG_TYPE_STRUCT_OPS];
/** types that may name a BTF type to attach to: tracing, LSM, struct_ops, extension */
const ATTACH_BTF_TYPES = [26, PROG_TYPE_STRUCT_OPS, 28, 29];
/** license_is_gpl_compatible: exactly these */
const GPL_LICENSES = ['GPL', 'GPL v2', 'GPL and additional rights', 'Dual BSD/GPL', 'Dual MIT/GPL', 'Dual MPL/GPL'];
const LICENSE_BYTES = 128;
/** MIN_BPF_FUNCINFO_SIZE, MAX_FUNCINFO_REC_SIZE */
const FUNC_INFO = { least: 8, most: 252 };
const LINE_INFO = { least: 16, most: 252 };

const isStructOps = ({ attr }: ProgLoad): boolean => attr.prog_type === PROG_TYPE_STRUCT_OPS;

/** What the verifier's log would say, and the errno. */
function refuse(x: ProgLoad, errno: number, text: string): Outcome {
  x.log = `${text}\n`;
  return fail(errno, text);
}

const gpl = (x: ProgLoad): boolean => GPL_LICENSES.includes(x.license);

const cfg: Omit<Step<ProgLoad>, 'id' | 'since' | 'until'> = {
  scope: 'call',
  source: 'check_cfg',
  text: 'opcodes are known, jumps stay inside, and the program ends with an exit or a jump',
  run(x) {
    const reason = x.k.prepare(x.insns);
    return reason === null ? next : refuse(x, ERRNO.EINVAL, reason);
  },
};

const copyLicense: Omit<Step<ProgLoad>, 'id' | 'since' | 'until'> = {
  scope: 'call',
  source: 'bpf_prog_load',
  text: 'the licence can be read, up to 127 bytes of it',
  run(x) {
    const { license } = x.attr;
    if (!(license instanceof Uint8Array)) return fail(ERRNO.EFAULT);
    x.license = new TextDecoder('latin1').decode(license.subarray(0, LICENSE_BYTES - 1)).split('\0', 1)[0];
    return next;
  },
};

const recordsFit = (count: number, size: number, { least, most }: { least: number; most: number }): boolean =>
  count === 0 || (size >= least && size <= most && size % 4 === 0);

const table: CommandTable<'BPF_PROG_LOAD', ProgLoad> = {
  command: 'BPF_PROG_LOAD',
  number: 5,
  context: (call) => ({
    ...call,
    insns: new Uint8Array(),
    license: '',
    name: '',
    attachBtf: -1,
    attachProg: false,
    btf: 0,
    type: null,
    member: null,
    log: '',
  }),
  gate: [unprivilegedGate],
  steps: [
    {
      id: 'prog-flags',
      scope: 'call',
      source: 'bpf_prog_load',
      text: 'prog_flags that this kernel knows',
      run: ({ k, attr }) => must((attr.prog_flags & ~k.profile.progFlags) === 0, ERRNO.EINVAL),
    },
    { ...copyLicense, id: 'copy-license-early', until: 'v6.1' },
    {
      id: 'token',
      scope: 'call',
      source: 'bpf_token_get_from_fd',
      since: 'v6.12',
      text: 'with BPF_F_TOKEN_FD, the fd is of a token (this machine has none)',
      run({ k, pid, attr }) {
        if ((attr.prog_flags & PROG_FLAG.TOKEN_FD) === 0) return next;
        return fail(objectOf(k, pid, attr.prog_token_fd, 'btf') === -ERRNO.EBADF ? ERRNO.EBADF : ERRNO.EINVAL);
      },
    },
    {
      id: 'unprivileged-load',
      scope: 'call',
      source: 'bpf_prog_load',
      since: 'v6.12',
      text: 'without CAP_BPF nothing is loaded: kernel.unprivileged_bpf_disabled is set, as distributions do',
      run: ({ k, pid }) => must(capable(k, pid, 'CAP_BPF'), ERRNO.EPERM),
    },
    {
      id: 'insn-count',
      scope: 'call',
      source: 'bpf_prog_load',
      text: 'at least one instruction and at most a million (4096 without CAP_BPF)',
      run({ k, pid, attr }) {
        const most = capable(k, pid, 'CAP_BPF') ? MAX_INSNS : MAX_INSNS_UNPRIVILEGED;
        return must(attr.insn_cnt > 0 && attr.insn_cnt <= most, ERRNO.E2BIG);
      },
    },
    {
      id: 'cap-bpf',
      scope: 'call',
      source: 'bpf_prog_load',
      text: 'CAP_BPF for every type but socket filters and cgroup filters',
      run: ({ k, pid, attr }) =>
        must(UNPRIVILEGED_TYPES.includes(attr.prog_type) || capable(k, pid, 'CAP_BPF'), ERRNO.EPERM),
    },
    {
      id: 'cap-perfmon',
      scope: 'call',
      source: 'is_perfmon_prog_type',
      text: 'CAP_PERFMON for types that read kernel memory, struct_ops among them',
      run: ({ k, pid, attr }) =>
        must(!PERFMON_TYPES.includes(attr.prog_type) || capable(k, pid, 'CAP_PERFMON'), ERRNO.EPERM),
    },
    {
      id: 'attach-fd',
      scope: 'call',
      source: 'bpf_prog_load',
      text: 'attach_prog_fd is of a program, or of a kernel BTF; 0 with an attach_btf_id means vmlinux',
      run(x) {
        const { k, pid, attr } = x;
        if (attr.attach_prog_fd === 0) {
          if (attr.attach_btf_id !== 0) x.attachBtf = 0;
          return next;
        }
        x.attachProg = objectOf(k, pid, attr.attach_prog_fd, 'prog') > 0;
        if (x.attachProg) return next;
        const btf = objectOf(k, pid, attr.attach_prog_fd, 'btf');
        if (btf < 0) return fail(ERRNO.EINVAL);
        x.attachBtf = btf;
        return must(k.state.btfs[btf].kernel, ERRNO.ENOTSUPP);
      },
    },
    {
      id: 'attach-rules',
      scope: 'call',
      source: 'bpf_prog_load_check_attach',
      text: 'an attach_btf_id goes with a BTF and with types that attach to one; struct_ops does not attach to programs',
      run({ attr, attachBtf, attachProg }) {
        const id = attr.attach_btf_id;
        if (id > BTF_MAX_TYPE || (id !== 0 && attachBtf < 0 && !attachProg)) return fail(ERRNO.EINVAL);
        if (id !== 0 && !ATTACH_BTF_TYPES.includes(attr.prog_type)) return fail(ERRNO.EINVAL);
        if (attachBtf >= 0 && (id === 0 || attachProg)) return fail(ERRNO.EINVAL);
        // the member index of struct_ops is not looked at here
        return must(!attachProg || attr.prog_type === 26 || attr.prog_type === 28, ERRNO.EINVAL);
      },
    },
    {
      id: 'copy-insns',
      scope: 'call',
      source: 'bpf_prog_load',
      text: 'the instructions can be read',
      run(x) {
        const insns = copyFromUser(x.attr.insns, x.attr.insn_cnt * INSN_BYTES);
        if (!insns) return fail(ERRNO.EFAULT);
        x.insns = insns;
        return next;
      },
    },
    { ...copyLicense, id: 'copy-license', since: 'v6.12' },
    {
      id: 'ifindex',
      scope: 'call',
      source: 'bpf_prog_dev_bound_init',
      text: 'no device: these programs cannot be offloaded',
      run: ({ attr }) => must(attr.prog_ifindex === 0, ERRNO.EINVAL),
    },
    {
      id: 'prog-type',
      scope: 'call',
      source: 'find_prog_type',
      text: 'a program type that this kernel has',
      run: ({ attr }) => must(attr.prog_type >= 1 && attr.prog_type <= PROG_TYPE_MAX, ERRNO.EINVAL),
    },
    {
      id: 'prog-name',
      scope: 'call',
      source: 'bpf_obj_name_cpy',
      text: 'prog_name is empty or of letters, digits, _ and ., and ends within 16 bytes',
      run(x) {
        const name = objName(x.attr.prog_name);
        x.name = name ?? '';
        return must(name !== null, ERRNO.EINVAL);
      },
    },
    {
      id: 'log-attr',
      scope: 'call',
      source: 'bpf_vlog_init',
      since: 'v6.12',
      text: 'a log buffer goes with a size and a level, and the level is known',
      run({ k, attr }) {
        const { log_level: level, log_size: size, log_buf: buffer } = attr;
        const paired = (buffer !== null) === size > 0 && (buffer === null || level !== 0);
        return must(paired && (level & ~k.profile.logMask) === 0 && size <= LOG_MAX, ERRNO.EINVAL);
      },
    },
    {
      id: 'log-attr-128',
      scope: 'call',
      source: 'bpf_verifier_log_attr_valid',
      until: 'v6.1',
      text: 'a log has a level that is known, and a buffer of at least 128 bytes',
      run({ k, attr }) {
        const { log_level: level, log_size: size, log_buf: buffer } = attr;
        if (level === 0 && size === 0 && buffer === null) return next;
        const known = level !== 0 && (level & ~k.profile.logMask) === 0;
        return must(known && buffer !== null && size >= LOG_LEAST && size <= LOG_MAX, ERRNO.EINVAL);
      },
    },
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
        if (k.state.btfs[btf].kernel) return fail(ERRNO.EACCES);
        x.btf = btf;
        const fit =
          recordsFit(attr.func_info_cnt, attr.func_info_rec_size, FUNC_INFO) &&
          recordsFit(attr.line_info_cnt, attr.line_info_rec_size, LINE_INFO);
        return must(fit, ERRNO.EINVAL);
      },
    },
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
        !isStructOps(x) || gpl(x)
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
    { ...cfg, id: 'cfg-late', until: 'v6.1' },
    {
      id: 'verify',
      scope: 'call',
      source: 'do_check',
      text: 'every path of the program is safe',
      run(x) {
        const { type, member, attr } = x;
        const verdict = x.k.verify?.({
          insns: x.insns,
          progType: attr.prog_type,
          member: type && member ? { struct: type.name, name: member.name, index: member.index } : null,
        });
        if (!verdict) return next;
        x.log = verdict.log;
        return verdict.errno === 0 ? next : fail(verdict.errno, verdict.log.trimEnd());
      },
    },
    {
      id: 'log-copy',
      scope: 'call',
      source: 'bpf_vlog_finalize',
      text: 'the log reaches its buffer (EFAULT), whole (ENOSPC)',
      run(x) {
        const { log_buf: buffer, log_level: level, log_size: size } = x.attr;
        if (level === 0 || buffer === null) return next;
        if (!(buffer instanceof Uint8Array)) return fail(ERRNO.EFAULT);
        return must(x.log.length < size, ERRNO.ENOSPC);
      },
    },
    {
      id: 'new-fd',
      scope: 'call',
      source: 'bpf_prog_new_fd',
      text: 'the program gets an id, and its loader an fd',
      run(x) {
        const before = x.k.state;
        const address = x.k.progSlab.alloc();
        const fd = newFd(x.k, x.pid, 'prog', addProg(x, address));
        if (fd >= 0) return done(fd);
        x.k.state = before;
        x.k.progSlab.free(address);
        return fail(-fd);
      },
    },
  ],
};

function addProg(x: ProgLoad, address: number): number {
  const { k, pid, attr } = x;
  const object = allocObject(k);
  const prog: ProgObject = {
    object,
    id: allocId(k, 'prog'),
    name: x.name,
    type: attr.prog_type,
    gpl: gpl(x),
    blob: keepBlob(k, x.insns),
    insnCount: attr.insn_cnt,
    attachBtfId: attr.attach_btf_id,
    expectedAttachType: attr.prog_type === SOCKET_FILTER ? 0 : attr.expected_attach_type,
    flags: attr.prog_flags,
    btf: x.btf,
    uid: k.state.processes[pid].uid,
    loaded: k.timers.now,
    address,
    holders: [],
    stopped: null,
  };
  k.state = { ...k.state, progs: withEntry(k.state.progs, object, prog) };
  if (x.btf !== 0) holdBtf(k, x.btf, 'prog', object);
  k.memory.u32[address >>> 2] = prog.id;
  return object;
}

export const progLoad = command(table);
