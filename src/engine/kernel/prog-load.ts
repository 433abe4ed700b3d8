/* BPF_PROG_LOAD: bpf_prog_load, with bpf_check (prog-check.ts) in its middle. */
import { upToNul } from '../base/bytes.ts';
import { entryOf } from '../base/assert.ts';
import { ownedBy, ownerOf } from './maps/held.ts';
import { heldBy } from './maps/slots.ts';
import { ERRNO } from '../base/errno.ts';
import { command, type CommandTable, must, takeName, unprivilegedGate, takeBytes } from './calls.ts';
import { capable, newFd, objectOf } from './fds.ts';
import { allocId, allocObject, holdBtf, holdMap, keepBlob } from './objects.ts';
import { keepSource } from './prog-source.ts';
import { progTag } from './prog-tag.ts';
import { type ProgObject, withEntry } from './state.ts';
import { CHECK_STEPS, gplCompatible, runnable } from './prog-check.ts';
import { type ProgLoad } from './prog-loading.ts';
import { done, fail, next, type Step } from './steps.ts';
import { PROG_FLAG, PROG_TYPE_MAX, PROG_TYPE_STRUCT_OPS } from './uapi.ts';

const INSN_BYTES = 8;
/** struct bpf_func_info, struct bpf_line_info */
const FUNC_INFO_BYTES = 8;
const LINE_INFO_BYTES = 16;
const MAX_INSNS = 1_000_000;
/** BPF_MAXINSNS, for those without CAP_BPF */
const MAX_INSNS_UNPRIVILEGED = 4096;
/** BTF_MAX_TYPE */
const BTF_MAX_TYPE = 0xf_ffff;
/** program types that may be loaded without CAP_BPF: socket filter, cgroup skb */
const UNPRIVILEGED_TYPES = [1, 8];
const SOCKET_FILTER = 1;
/** is_perfmon_prog_type */
const PERFMON_TYPES = [2, 5, 7, 17, 26, 28, 29, PROG_TYPE_STRUCT_OPS];
/** types that may name a BTF type to attach to: tracing, LSM, struct_ops, extension */
const ATTACH_BTF_TYPES = [26, PROG_TYPE_STRUCT_OPS, 28, 29];
const LICENSE_BYTES = 128;
const copyLicense: Omit<Step<ProgLoad>, 'id' | 'since' | 'until'> = {
  scope: 'call',
  source: 'bpf_prog_load',
  text: 'the licence can be read, up to 127 bytes of it',
  run(x) {
    const { license } = x.attr;
    if (!(license instanceof Uint8Array)) return fail(ERRNO.EFAULT);
    x.license = upToNul(new TextDecoder('latin1').decode(license.subarray(0, LICENSE_BYTES - 1)));
    return next;
  },
};

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
    refs: { maps: [], places: [] },
    seen: null,
    verdict: null,
    touches: [],
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
        const most = capable(k, pid, k.profile.bpfCap) ? MAX_INSNS : MAX_INSNS_UNPRIVILEGED;
        return must(attr.insn_cnt > 0 && attr.insn_cnt <= most, ERRNO.E2BIG);
      },
    },
    {
      id: 'cap-bpf',
      scope: 'call',
      source: 'bpf_prog_load',
      text: 'CAP_BPF (until 5.8 CAP_SYS_ADMIN) for every type but socket filters and cgroup filters',
      run: ({ k, pid, attr }) =>
        must(UNPRIVILEGED_TYPES.includes(attr.prog_type) || capable(k, pid, k.profile.bpfCap), ERRNO.EPERM),
    },
    {
      id: 'cap-perfmon',
      scope: 'call',
      source: 'is_perfmon_prog_type',
      since: 'v6.1',
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
        return must(entryOf(k.state.btfs, btf).kernel, ERRNO.ENOTSUPP);
      },
    },
    {
      id: 'attach-rules',
      scope: 'call',
      source: 'bpf_prog_load_check_attach',
      text: 'an attach_btf_id needs a BTF and a program type that attaches to one; struct_ops does not attach to programs',
      run({ attr, attachBtf, attachProg }) {
        const id = attr.attach_btf_id;
        if (id > BTF_MAX_TYPE || (id !== 0 && attachBtf < 0 && !attachProg)) return fail(ERRNO.EINVAL);
        if (id !== 0 && !ATTACH_BTF_TYPES.includes(attr.prog_type)) return fail(ERRNO.EINVAL);
        if (attachBtf >= 0 && (id === 0 || attachProg)) return fail(ERRNO.EINVAL);
        // the member index of struct_ops is checked later
        return must(!attachProg || attr.prog_type === 26 || attr.prog_type === 28, ERRNO.EINVAL);
      },
    },
    {
      id: 'copy-insns',
      scope: 'call',
      source: 'bpf_prog_load',
      text: 'the instructions can be read',
      run: (x) =>
        takeBytes(x.attr.insns, x.attr.insn_cnt * INSN_BYTES, (insns) => {
          x.insns = insns;
        }),
    },
    { ...copyLicense, id: 'copy-license', since: 'v6.12' },
    {
      id: 'signature',
      scope: 'call',
      source: 'bpf_prog_verify_signature',
      since: 'v6.18',
      text: 'a signature, where one is given, is one that a key of this machine made (it has none)',
      run: ({ attr }) => must(attr.signature === 0, ERRNO.EBADMSG),
    },
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
    takeName('prog', ({ attr }) => attr.prog_name),
    ...CHECK_STEPS,
    {
      id: 'new-fd',
      scope: 'call',
      source: 'bpf_prog_new_fd',
      text: 'the program gets an id, and its loader an fd',
      run(x) {
        if (!x.k.progSlab.hasRoom()) return fail(ERRNO.ENOMEM);
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

/** Function and line records in their plain sizes. */
function recordsOf({ attr }: ProgLoad): { funcs: Uint8Array; lines: Uint8Array } {
  const plain = (bytes: unknown, count: number, size: number, wanted: number): Uint8Array => {
    if (!(bytes instanceof Uint8Array) || bytes.length < count * size) return new Uint8Array();
    const out = new Uint8Array(count * wanted);
    for (let i = 0; i < count; i++) out.set(bytes.subarray(i * size, i * size + wanted), i * wanted);
    return out;
  };
  return {
    funcs: plain(attr.func_info, attr.func_info_cnt, attr.func_info_rec_size, FUNC_INFO_BYTES),
    lines: plain(attr.line_info, attr.line_info_cnt, attr.line_info_rec_size, LINE_INFO_BYTES),
  };
}

function addProg(x: ProgLoad, address: number): number {
  const { k, pid, attr } = x;
  const object = allocObject(k);
  const prog: ProgObject = {
    object,
    id: allocId(k, 'prog'),
    name: x.name,
    type: attr.prog_type,
    gpl: gplCompatible(x),
    blob: keepBlob(k, runnable(x)),
    insnCount: attr.insn_cnt,
    source: keepSource(k, x.insns, x.refs, x.verdict, recordsOf(x)),
    touches: x.touches,
    attachBtfId: attr.attach_btf_id,
    expectedAttachType: attr.prog_type === SOCKET_FILTER ? 0 : attr.expected_attach_type,
    flags: attr.prog_flags,
    btf: x.btf,
    uid: entryOf(k.state.processes, pid).uid,
    loaded: k.timers.now,
    address,
    tag: tagText(x.insns, k.profile.tagHash),
    maps: x.refs.maps,
    holders: [],
    stopped: null,
  };
  k.state = { ...k.state, progs: withEntry(k.state.progs, object, prog) };
  if (x.btf !== 0) holdBtf(k, x.btf, 'prog', object);
  for (const map of x.refs.maps) holdMap(k, map, 'prog', object);
  for (const map of x.refs.maps)
    if (heldBy(entryOf(k.state.maps, map).type) === 'prog') ownedBy(k, map, ownerOf(k, prog));
  k.memory.u32[address >>> 2] = prog.id;
  return object;
}

const tagText = (insns: Uint8Array, hash: 'sha1' | 'sha256'): string =>
  Array.from(progTag(insns, hash), (byte) => byte.toString(16).padStart(2, '0')).join('');

export const progLoad = command(table);
