/*
 * union bpf_attr as data: for each command its fields with the byte offsets of include/uapi/linux/bpf.h. Callers give
 * the fields as an object; offsets matter where a call's size cuts fields off, or where bytes lie after the last one.
 */
import { numberOf } from '../base/bytes.ts';
import { inProfile, type Profile } from './profiles.ts';

/** What a user-space pointer points to. `unmapped`: an address without memory. */
export type UserPointer = Uint8Array | 'unmapped' | null;

interface NumberField {
  readonly kind: 'number';
  readonly at: number;
  readonly bytes: number;
  readonly since?: string;
}

interface NameField {
  readonly kind: 'name';
  readonly at: number;
  readonly bytes: 16;
  readonly since?: string;
}

interface PointerField {
  readonly kind: 'pointer';
  readonly at: number;
  readonly bytes: 8;
  readonly since?: string;
}

type AttrField = NumberField | NameField | PointerField;
type Layout = Readonly<Record<string, AttrField>>;

const u32 = (at: number, since?: string): NumberField => ({ kind: 'number', at, bytes: 4, since });
const u64 = (at: number, since?: string): NumberField => ({ kind: 'number', at, bytes: 8, since });
/** 16 bytes as text, a character a byte; may hold a NUL, or none */
const name = (at: number): NameField => ({ kind: 'name', at, bytes: 16 });
const ptr = (at: number, since?: string): PointerField => ({ kind: 'pointer', at, bytes: 8, since });

const ELEM = { map_fd: u32(0), key: ptr(8), value: ptr(16), flags: u64(24) };
const NEXT_ID = { start_id: u32(0), next_id: u32(4) };
const BATCH = {
  in_batch: ptr(0),
  out_batch: ptr(8),
  keys: ptr(16),
  values: ptr(24),
  count: u32(32),
  map_fd: u32(36),
  elem_flags: u64(40),
  flags: u64(48),
};

/** The fields that a command reads; CHECK_ATTR requires zeros after the last of them. */
const ATTR_LAYOUTS = {
  BPF_MAP_CREATE: {
    map_type: u32(0),
    key_size: u32(4),
    value_size: u32(8),
    max_entries: u32(12),
    map_flags: u32(16),
    inner_map_fd: u32(20),
    numa_node: u32(24),
    map_name: name(28),
    map_ifindex: u32(44),
    btf_fd: u32(48),
    btf_key_type_id: u32(52),
    btf_value_type_id: u32(56),
    btf_vmlinux_value_type_id: u32(60),
    map_extra: u64(64, 'v6.1'),
    value_type_btf_obj_fd: u32(72, 'v6.12'),
    map_token_fd: u32(76, 'v6.12'),
  },
  BPF_MAP_LOOKUP_ELEM: ELEM,
  BPF_MAP_UPDATE_ELEM: ELEM,
  BPF_MAP_DELETE_ELEM: { map_fd: u32(0), key: ptr(8) },
  BPF_MAP_GET_NEXT_KEY: { map_fd: u32(0), key: ptr(8), next_key: ptr(16) },
  BPF_MAP_LOOKUP_AND_DELETE_ELEM: ELEM,
  BPF_MAP_LOOKUP_BATCH: BATCH,
  BPF_MAP_UPDATE_BATCH: BATCH,
  BPF_MAP_DELETE_BATCH: BATCH,
  BPF_MAP_FREEZE: { map_fd: u32(0) },
  BPF_PROG_LOAD: {
    prog_type: u32(0),
    insn_cnt: u32(4),
    insns: ptr(8),
    license: ptr(16),
    log_level: u32(24),
    log_size: u32(28),
    log_buf: ptr(32),
    kern_version: u32(40),
    prog_flags: u32(44),
    prog_name: name(48),
    prog_ifindex: u32(64),
    expected_attach_type: u32(68),
    prog_btf_fd: u32(72),
    func_info_rec_size: u32(76),
    func_info: ptr(80),
    func_info_cnt: u32(88),
    line_info_rec_size: u32(92),
    line_info: ptr(96),
    line_info_cnt: u32(104),
    attach_btf_id: u32(108),
    /** also attach_btf_obj_fd */
    attach_prog_fd: u32(112),
    core_relo_cnt: u32(116, 'v6.1'),
    fd_array: ptr(120, 'v6.1'),
    core_relos: ptr(128, 'v6.1'),
    core_relo_rec_size: u32(136, 'v6.1'),
    log_true_size: u32(140, 'v6.12'),
    prog_token_fd: u32(144, 'v6.12'),
    fd_array_cnt: u32(148, 'v6.18'),
    signature: u64(152, 'v6.18'),
    signature_size: u32(160, 'v6.18'),
    keyring_id: u32(164, 'v6.18'),
  },
  BPF_PROG_ATTACH: { target_fd: u32(0), attach_bpf_fd: u32(4), attach_type: u32(8), attach_flags: u32(12) },
  BPF_PROG_TEST_RUN: {
    prog_fd: u32(0),
    retval: u32(4),
    data_size_in: u32(8),
    data_size_out: u32(12),
    data_in: ptr(16),
    data_out: ptr(24),
    repeat: u32(32),
    duration: u32(36),
    ctx_size_in: u32(40),
    ctx_size_out: u32(44),
    ctx_in: ptr(48),
    ctx_out: ptr(56),
    flags: u32(64),
    cpu: u32(68),
    batch_size: u32(72),
  },
  BPF_RAW_TRACEPOINT_OPEN: { name: ptr(0), prog_fd: u32(8) },
  BPF_BTF_LOAD: {
    btf: ptr(0),
    btf_log_buf: ptr(8),
    btf_size: u32(16),
    btf_log_size: u32(20),
    btf_log_level: u32(24),
    btf_log_true_size: u32(28, 'v6.12'),
    btf_flags: u32(32, 'v6.12'),
    btf_token_fd: u32(36, 'v6.12'),
  },
  BPF_PROG_GET_NEXT_ID: NEXT_ID,
  BPF_MAP_GET_NEXT_ID: NEXT_ID,
  BPF_BTF_GET_NEXT_ID: NEXT_ID,
  BPF_LINK_GET_NEXT_ID: NEXT_ID,
  BPF_PROG_GET_FD_BY_ID: { prog_id: u32(0) },
  BPF_MAP_GET_FD_BY_ID: { map_id: u32(0), next_id: u32(4), open_flags: u32(8) },
  BPF_BTF_GET_FD_BY_ID: { btf_id: u32(0) },
  BPF_LINK_GET_FD_BY_ID: { link_id: u32(0) },
  BPF_PROG_BIND_MAP: { prog_fd: u32(0), map_fd: u32(4), flags: u32(8) },
  BPF_LINK_CREATE: { prog_fd: u32(0), target_fd: u32(4), attach_type: u32(8), flags: u32(12), options: u32(60) },
  /** the two fds are of programs for links to a program */
  BPF_LINK_UPDATE: { link_fd: u32(0), new_map_fd: u32(4), flags: u32(8), old_map_fd: u32(12) },
  BPF_LINK_DETACH: { link_fd: u32(0) },
  BPF_OBJ_PIN: { pathname: ptr(0), bpf_fd: u32(8), file_flags: u32(12), path_fd: u32(16, 'v6.12') },
  BPF_OBJ_GET: { pathname: ptr(0), bpf_fd: u32(8), file_flags: u32(12), path_fd: u32(16, 'v6.12') },
  BPF_OBJ_GET_INFO_BY_FD: { bpf_fd: u32(0), info_len: u32(4), info: ptr(8) },
} as const satisfies Readonly<Record<string, Layout>>;

export type BpfCommand = keyof typeof ATTR_LAYOUTS;

type ValueOf<F> = F extends PointerField ? UserPointer : F extends NameField ? string : number;

/** All fields of a command. */
export type FullAttr<C extends BpfCommand> = {
  readonly [K in keyof (typeof ATTR_LAYOUTS)[C]]: ValueOf<(typeof ATTR_LAYOUTS)[C][K]>;
};

/** Fields of a command that a kernel has, in the order of the union, and the size of the union up to the last of them. */
export function fieldsOfCommand(
  command: BpfCommand,
  profile: Profile,
): { readonly fields: readonly { readonly name: string; readonly kind: AttrField['kind'] }[]; readonly bytes: number } {
  const layout: Layout = ATTR_LAYOUTS[command];
  const known = Object.entries(layout).filter(([, field]) => inProfile(field, profile));
  const bytes = Math.max(0, ...known.map(([, { at, bytes: size }]) => at + size));
  return { fields: known.map(([field, { kind }]) => ({ name: field, kind })), bytes };
}

/** Attributes as a caller gives them: absent fields are 0, NULL or empty. */
export type BpfAttr = { readonly [C in BpfCommand]: Partial<FullAttr<C>> };

/**
 * The size argument of bpf(2), when it is not the size of the whole union, and the bytes after the fields that the
 * caller filled in.
 */
export interface AttrExtent {
  readonly size?: number;
  readonly tail?: { readonly at: number; readonly bytes: Uint8Array };
}

/** `beyond`: a non-zero byte after the union that this kernel knows; `unused`: after the command's last field. */
export type Stray = 'none' | 'unused' | 'beyond';

export interface ReadAttr<C extends BpfCommand> {
  readonly attr: FullAttr<C>;
  readonly stray: Stray;
}

const PAGE_SIZE = 4096;
const EMPTY = { number: 0, name: '', pointer: null } as const;

/** Bytes of a field that the tail overlaps, zero where it does not. */
function overlap(field: AttrField, tail: NonNullable<AttrExtent['tail']>): Uint8Array {
  return Uint8Array.from({ length: field.bytes }, (_, i) => tail.bytes[field.at + i - tail.at] ?? 0);
}

/** The fields as the kernel would find them in its copy of the union. */
export function readAttr<C extends BpfCommand>(
  command: C,
  given: BpfAttr[C],
  { size = PAGE_SIZE, tail }: AttrExtent,
  profile: Profile,
): ReadAttr<C> {
  const layout: Layout = ATTR_LAYOUTS[command];
  const values: Record<string, Uint8Array | string | number | null> = { ...given };
  let stray: Stray = size > PAGE_SIZE ? 'beyond' : 'none';
  let end = 0;
  for (const [key, field] of Object.entries(layout)) {
    const last = field.at + field.bytes;
    const known = inProfile(field, profile);
    if (known) end = last;
    else if (values[key]) stray = last > profile.attrBytes ? 'beyond' : 'unused';
    if (tail && field.kind === 'number' && known && last > tail.at && field.at < tail.at + tail.bytes.length) {
      values[key] = numberOf(overlap(field, tail));
    }
    if (!known || last > size) values[key] = EMPTY[field.kind];
    else values[key] ??= EMPTY[field.kind];
  }
  for (const [i, byte] of (tail?.bytes ?? []).entries()) {
    const at = (tail?.at ?? 0) + i;
    if (byte !== 0 && at >= profile.attrBytes) stray = 'beyond';
    else if (byte !== 0 && at >= end && stray === 'none') stray = 'unused';
  }
  return { attr: values as FullAttr<C>, stray };
}
