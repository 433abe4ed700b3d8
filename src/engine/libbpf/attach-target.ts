/* Programs that attach to a function of the kernel by its BTF id (libbpf_prepare_prog_load, libbpf_find_attach_btf_id). */
import type { Btf } from '../btf/btf.ts';
import { type Log, refuse } from './log.ts';
import type { ObjectProgram } from './object.ts';

interface Target {
  readonly section: RegExp;
  readonly kind: 'FUNC' | 'TYPEDEF';
  /** prefix of the target's name in the kernel's BTF */
  readonly prefix: string;
}

/** Sections whose programs name their target after a slash (SEC_ATTACH_BTF). */
const TARGETS: readonly Target[] = [
  { section: /^tp_btf(?:\/|$)/, kind: 'TYPEDEF', prefix: 'btf_trace_' },
  { section: /^(?:fentry|fexit)(?:\.s)?(?:\/|$)|^fmod_ret(?:\.s)?(?:\/|$)/, kind: 'FUNC', prefix: '' },
  { section: /^lsm(?:\.s|_cgroup)?(?:\/|$)/, kind: 'FUNC', prefix: 'bpf_lsm_' },
  { section: /^iter(?:\.s)?(?:\/|$)/, kind: 'FUNC', prefix: 'bpf_iter_' },
];
const REPLACED = /^freplace(?:\/|$)/;

/**
 * BTF id of the function or type that a program attaches to; 0 when it attaches to none; a negative errno after logging
 * the reason. `kernel` gives all types of the kernel, and is called only when a program names a target.
 */
export function attachTarget({ name, sectionName }: ObjectProgram, kernel: () => Btf, log: Log): number {
  const section = sectionName.replace(/^\?/, '');
  const target = TARGETS.find((one) => one.section.test(section));
  const replaces = REPLACED.test(section);
  if (!target && !replaces) return 0;
  const errno = find();
  if (errno < 0) log('warn', `prog '${name}': failed to prepare load attributes: ${errno}`);
  return errno;

  function find(): number {
    const slash = section.indexOf('/');
    if (slash < 0) {
      const text = 'no BTF-based attach target is specified, use bpf_program__set_attach_target()';
      return refuse(log, 'EINVAL', `prog '${name}': ${text}`);
    }
    if (!target) return refuse(log, 'EINVAL', `prog '${name}': attach program FD is not set`);
    const wanted = section.slice(slash + 1);
    const id = kernel().find(target.kind, target.prefix + wanted);
    if (id !== 0) return id;
    return refuse(log, 'ESRCH', `prog '${name}': failed to find kernel BTF type ID of '${wanted}': -3`);
  }
}
