/* Shared by all commands of bpf(2): the context of a call, the checks of attr, and running a command's table. */
import { entryOf } from '../base/assert.ts';
import { ERRNO } from '../base/errno.ts';
import {
  type AttrExtent,
  type BpfAttr,
  type BpfCommand,
  type FullAttr,
  readAttr,
  type Stray,
  type UserPointer,
} from './attr.ts';
import type { Core } from './core.ts';
import { capable, fileOf } from './fds.ts';
import { inProfile } from './profiles.ts';
import type { ProgCodeInfo } from './prog-code.ts';
import { type MapObject, mustStructOps, type OpenFile, type StructOpsMap } from './state.ts';
import { fail, next, type Outcome, runSteps, type Step, type TraceEntry } from './steps.ts';
import { ELEM_FLAG, objName } from './uapi.ts';

/** What a call wrote to user space. */
export interface Output {
  /** the bytes written to the buffer that attr points to: value, next key, info */
  bytes?: Uint8Array;
  /** contents of the buffers that struct bpf_prog_info points to */
  prog?: ProgCodeInfo;
  /** fields of attr that the kernel wrote back */
  fields?: Readonly<Record<string, number>>;
  /** the log buffer */
  log?: string;
}

export interface SyscallResult {
  /** value, or negative errno */
  readonly ret: number;
  readonly trace: readonly TraceEntry[];
  /** the kernel's reason for refusing, from its log or the verifier's */
  readonly message: string | null;
  readonly out: Output;
}

export interface Call<C extends BpfCommand> {
  readonly k: Core;
  readonly pid: number;
  readonly attr: FullAttr<C>;
  readonly stray: Stray;
  readonly out: Output;
}

/** A step as the page shows it. */
type StepInfo = Omit<Step<never>, 'run' | 'undo'>;

export interface CommandEntry<C extends BpfCommand> {
  /** enum bpf_cmd */
  readonly number: number;
  /** first profile that has it */
  readonly since?: string;
  readonly steps: readonly StepInfo[];
  readonly run: (k: Core, pid: number, attr: BpfAttr[C], extent: AttrExtent) => SyscallResult;
}

/** A command whose steps work on a context of their own, made from the call. */
export interface CommandTable<C extends BpfCommand, X extends Call<C>> {
  readonly command: C;
  readonly number: number;
  readonly since?: string;
  readonly context: (call: Call<C>) => X;
  /** checks made before attr is read */
  readonly gate?: readonly Step<X>[];
  readonly steps: readonly Step<X>[];
  readonly members?: (x: X) => readonly string[];
  readonly enter?: (x: X, index: number) => void;
}

const maybeUnprivileged: Pick<Step<Pick<Call<BpfCommand>, 'k' | 'pid'>>, 'scope' | 'source' | 'run'> = {
  scope: 'call',
  source: '__sys_bpf',
  run: ({ k, pid }) => must(capable(k, pid, k.profile.bpfCap), ERRNO.EPERM),
};

/** kernel.unprivileged_bpf_disabled is set, as in most distributions; in early kernels it closed every command. */
const unprivileged: Step<Pick<Call<BpfCommand>, 'k' | 'pid'>> = {
  ...maybeUnprivileged,
  id: 'unprivileged',
  until: 'v5.6',
  text: 'without CAP_SYS_ADMIN there is no bpf(): kernel.unprivileged_bpf_disabled is set',
};

/** Until 6.2 this check comes before anything else. */
export const unprivilegedGate: Step<Pick<Call<BpfCommand>, 'k' | 'pid'>> = {
  ...maybeUnprivileged,
  id: 'unprivileged-create',
  since: 'v6.1',
  until: 'v6.1',
  text: 'without CAP_BPF nothing is created or loaded: kernel.unprivileged_bpf_disabled is set',
};

/** Every command begins with these two. */
const ATTR_STEPS: readonly Step<Call<BpfCommand>>[] = [
  {
    id: 'attr-size',
    scope: 'call',
    source: 'bpf_check_uarg_tail_zero',
    text: 'attr is at most a page, and zero beyond what this kernel knows of it',
    run: ({ stray }) => (stray === 'beyond' ? fail(ERRNO.E2BIG) : next),
  },
  {
    id: 'attr-unused',
    scope: 'call',
    source: 'CHECK_ATTR',
    text: 'attr is zero after the last field of this command',
    run: ({ stray }) => (stray === 'unused' ? fail(ERRNO.EINVAL) : next),
  },
];

export function command<C extends BpfCommand, X extends Call<C>>(table: CommandTable<C, X>): CommandEntry<C> {
  const steps: readonly Step<X>[] = [
    unprivileged,
    ...(table.gate ?? []),
    ...(ATTR_STEPS as readonly Step<Call<C>>[]),
    ...table.steps,
  ];
  return {
    number: table.number,
    since: table.since,
    steps,
    run(k, pid, given, extent) {
      const { attr, stray } = readAttr(table.command, given, extent, k.profile);
      const x = table.context({ k, pid, attr, stray, out: {} });
      const here = steps.filter((step) => inProfile(step, k.profile));
      // `members` is called after the call steps have found the map
      return { ...runSteps(here, x, () => table.members?.(x) ?? [], table.enter), out: x.out };
    },
  };
}

/** Copies bytes from user space; null means EFAULT. */
export function copyFromUser(pointer: UserPointer, bytes: number): Uint8Array | null {
  return pointer instanceof Uint8Array && pointer.length >= bytes ? pointer.slice(0, bytes) : null;
}

/** Gives a step the bytes that a pointer of user space refers to; EFAULT when they cannot be read. */
export function takeBytes(pointer: UserPointer, bytes: number, take: (copy: Uint8Array) => void): Outcome {
  const copy = copyFromUser(pointer, bytes);
  if (copy) take(copy);
  return must(copy !== null, ERRNO.EFAULT);
}

/** Context of a call on the map that `map_fd` refers to. */
export interface MapCall {
  readonly k: Core;
  readonly pid: number;
  file: OpenFile | null;
  map: MapObject | null;
}

/** The map that earlier steps found. */
export function mapOf(x: { readonly k: Core; readonly map: MapObject | null }): MapObject {
  // steps replace the map in the tree; the context only remembers which map it is
  return entryOf(x.k.state.maps, x.map?.object ?? 0);
}

/** The map as a struct_ops map, which an earlier step has checked. */
export const opsMapOf = (x: { readonly k: Core; readonly map: MapObject | null }): StructOpsMap =>
  mustStructOps(mapOf(x));

export function findMap<X extends MapCall & { readonly attr: { readonly map_fd: number } }>(): Step<X> {
  return {
    id: 'map-fd',
    scope: 'call',
    source: '__bpf_map_get',
    text: 'map_fd is an open fd (else EBADF), and of a map (else EINVAL)',
    run(x) {
      x.file = fileOf(x.k, x.pid, x.attr.map_fd);
      if (!x.file) return fail(ERRNO.EBADF);
      if (x.file.kind !== 'map') return fail(ERRNO.EINVAL);
      x.map = entryOf(x.k.state.maps, x.file.object);
      return next;
    },
  };
}

export function mayRead<X extends MapCall>(): Step<X> {
  return {
    id: 'fd-readable',
    scope: 'call',
    source: 'map_get_sys_perms',
    text: 'the fd was opened for reading',
    run: ({ file }) => (file?.readable ? next : fail(ERRNO.EPERM)),
  };
}

export function mayWrite<X extends MapCall>(): Step<X> {
  return {
    id: 'fd-writable',
    scope: 'call',
    source: 'map_get_sys_perms',
    text: 'the fd was opened for writing',
    run: ({ file }) => (file?.writable ? next : fail(ERRNO.EPERM)),
  };
}

/** `next` when a condition holds, else the errno. */
export function must(condition: boolean, errno: number): Outcome {
  return condition ? next : fail(errno);
}

/** Takes the name of a new map or program. */
export function takeName<X extends { name: string }>(of: 'map' | 'prog', given: (x: X) => string): Step<X> {
  return {
    id: `${of}-name`,
    scope: 'call',
    source: 'bpf_obj_name_cpy',
    text: `${of}_name is empty or of letters, digits, _ and ., and ends within 16 bytes`,
    run(x) {
      const name = objName(given(x));
      x.name = name ?? '';
      return must(name !== null, ERRNO.EINVAL);
    },
  };
}

/** Refuses flags of a look-up besides BPF_F_LOCK; `source`: the kernel's function. */
export function onlyLockFlag<X extends { readonly attr: { readonly flags: number } }>(source: string): Step<X> {
  return {
    id: 'flags',
    scope: 'call',
    source,
    text: 'no flag but BPF_F_LOCK',
    run: ({ attr }) => must(attr.flags === 0 || attr.flags === ELEM_FLAG.LOCK, ERRNO.EINVAL),
  };
}
