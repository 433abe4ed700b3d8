/* A running bpftool: its options, its JSON output, the remaining words, and its error messages. */
import type { BpfAttr, BpfCommand } from '../../kernel/attr.ts';
import type { SyscallResult } from '../../kernel/calls.ts';
import { strerror } from '../../libbpf/strerror.ts';
import { JsonWriter } from '../json-writer.ts';
import type { ConsoleProcess } from '../process.ts';

/** Differences between the recorded releases. */
export interface Release {
  /** name under which it is called in this console */
  readonly command: string;
  readonly version: string;
  readonly libbpf: string;
  readonly features: string;
  readonly featuresJson: Readonly<Record<string, boolean>>;
  /** usage texts name the program by its file (7.1) or as bpftool */
  readonly called: string;
  /** supports links of struct_ops maps, and pinning them */
  readonly links: boolean;
  readonly options: string;
  /** addresses in plain output are quoted */
  readonly quotesPointers: boolean;
  /** errors of registering keep their errno */
  readonly keepsErrno: boolean;
  /** jited code is disassembled */
  readonly disassembles: boolean;
}

export const RELEASES: readonly [Release, Release] = [
  {
    command: 'bpftool71',
    version: '7.1.0',
    libbpf: '1.1',
    features: 'libbpf_strict',
    featuresJson: { libbfd: false, libbpf_strict: true, skeletons: false },
    called: 'bpftool71',
    links: false,
    options: '{ {-j|--json} [{-p|--pretty}] | {-d|--debug} | {-l|--legacy} }',
    quotesPointers: false,
    keepsErrno: false,
    disassembles: false,
  },
  {
    command: 'bpftool75',
    version: '7.5.0',
    libbpf: '1.5',
    features: 'libbfd, skeletons',
    featuresJson: { libbfd: true, llvm: false, skeletons: true, bootstrap: false },
    called: 'bpftool',
    links: true,
    options: '{ {-j|--json} [{-p|--pretty}] | {-d|--debug} }',
    quotesPointers: true,
    keepsErrno: true,
    disassembles: true,
  },
];

/** Ends the command with a status, after the message was printed. */
export class Failed extends Error {
  constructor(readonly status: number) {
    super('failed');
  }
}

export class Bpftool {
  readonly json: JsonWriter | null;
  private at = 0;

  constructor(
    readonly process: ConsoleProcess,
    readonly release: Release,
    readonly isPretty: boolean,
    isJson: boolean,
    readonly debug: boolean,
    private readonly rest: readonly string[],
  ) {
    this.json = isJson ? new JsonWriter(isPretty) : null;
  }

  get left(): number {
    return this.rest.length - this.at;
  }

  peek(ahead = 0): string | undefined {
    return this.rest[this.at + ahead];
  }

  next(): string | undefined {
    return this.rest[this.at++];
  }

  /** is_prefix: whether the next word is an abbreviation of `word`. */
  is(word: string): boolean {
    const next = this.peek();
    return next !== undefined && next !== '' && word.startsWith(next);
  }

  /** p_err, then ends the command. */
  fail(text: string, status = -1): never {
    this.error(text);
    throw new Failed(status);
  }

  error(text: string): void {
    if (!this.json) {
      this.process.err(`Error: ${text}\n`);
      return;
    }
    this.json.startObject();
    this.json.field('error', text);
    this.json.endObject();
  }

  info(text: string): void {
    if (!this.json) this.process.err(`${text}\n`);
  }

  out(text: string): void {
    this.process.out(text);
  }

  bpf<C extends BpfCommand>(command: C, attr: BpfAttr[C]): SyscallResult {
    return this.process.bpf(command, attr);
  }

  close(fd: number): void {
    this.process.close(fd);
  }

  /** Ids of one kind of object, ascending. */
  *ids(
    command: 'BPF_MAP_GET_NEXT_ID' | 'BPF_PROG_GET_NEXT_ID' | 'BPF_LINK_GET_NEXT_ID' | 'BPF_BTF_GET_NEXT_ID',
  ): Generator<number> {
    let start_id = 0;
    for (;;) {
      const { ret, out } = this.bpf(command, { start_id });
      if (ret < 0) return;
      start_id = out.fields?.next_id ?? 0;
      yield start_id;
    }
  }

  /** struct bpf_*_info of an fd, and the contents of its buffers. */
  infoOf(fd: number, bytes: number): { readonly view: DataView; readonly out: SyscallResult['out'] } {
    const info = new Uint8Array(bytes);
    const { ret, out } = this.bpf('BPF_OBJ_GET_INFO_BY_FD', { bpf_fd: fd, info_len: bytes, info });
    if (ret < 0) this.fail(`can't get object info: ${strerror(ret)}`);
    const filled = new Uint8Array(bytes);
    filled.set(out.bytes ?? new Uint8Array());
    return { view: new DataView(filled.buffer), out };
  }
}

/** A NUL-terminated name in a struct. */
export function textAt(view: DataView, at: number, most: number): string {
  let text = '';
  for (let i = at; i < at + most && view.getUint8(i) !== 0; i++) text += String.fromCharCode(view.getUint8(i));
  return text;
}

/** Calls `use` with an fd, and closes the fd afterwards even if `use` throws. */
export function withFd<T>(tool: Bpftool, fd: number, use: (fd: number) => T): T {
  try {
    return use(fd);
  } finally {
    tool.close(fd);
  }
}

export const isNumber = (text: string): boolean => /^(0[xX][0-9a-fA-F]+|\d+)$/.test(text);
export const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0');
export const hexBytes = (bytes: Uint8Array): string => Array.from(bytes, hexByte).join(' ');
export const jsonBytes = (bytes: Uint8Array): string[] => Array.from(bytes, (byte) => `"0x${hexByte(byte)}"`);
