/* Steps of bpftool's recordings with different output here, each with the reason and the place in Linux. */

export interface KnownDifference {
  /** patterns of the recorded command, and of its output where needed */
  readonly command: RegExp;
  readonly wrote?: RegExp;
  readonly reason: string;
  /** function of the kernel, or of the tool, that this machine lacks */
  readonly source: string;
}

export const KNOWN: readonly KnownDifference[] = [
  {
    command: /\/proc\/kallsyms/,
    reason: 'the symbols of a kernel image are not here: only those of BPF programs and trampolines',
    source: 'kallsyms_show',
  },
  {
    command: /^strace /,
    reason:
      'strace here prints the fields that a reader needs, not every field of union bpf_attr, and no probing by libbpf',
    source: 'kernel_supports (libbpf), decode of union bpf_attr (strace)',
  },
  {
    command: /-d struct_ops register/,
    reason: 'with -d libbpf also prints its probes, its token and the log of every program',
    source: 'bpf_object_load (libbpf)',
  },
  {
    command: /struct_ops register .*bad_write/,
    reason:
      'the log of 6.1 names the offset of every pointer and a type that a function cannot have; the verifier here leaves both out',
    source: 'print_verifier_state, btf_check_func_arg_match',
  },
  {
    command: /prog dump jited/,
    wrote: /No JIT disassembly support/,
    reason: 'the bpftool on that machine was built without a disassembler; the one here has one',
    source: 'disasm_init (bpftool, HAVE_LIBBFD_SUPPORT)',
  },
  {
    command: /^bpftool75 (-j )?(version|-V)/,
    wrote: /features:\n|"libbfd":false/,
    reason: 'the same build: it names no features',
    source: 'do_version (bpftool, HAVE_LIBBFD_SUPPORT)',
  },
];

/** Steps that are not compared, by command and output. */
export const NOT_COMPARED: readonly { readonly command: RegExp; readonly reason: string }[] = [
  { command: /my_two\.bpf\.o/, reason: 'the object is not among the recordings' },
  { command: /\btwo_[xy]\b/, reason: 'the object is not among the recordings' },
  { command: /^getsockopt\(TCP_(CC_)?INFO\)/, reason: 'bytes that the timing of a loopback decides' },
  { command: /^insmod /, reason: 'modules of the recorded kernel, which this one does not need' },
];
