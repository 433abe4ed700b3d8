/*
 * Fields that programs may read of sockets from helpers and contexts: struct bpf_sock, bpf_tcp_sock and bpf_xdp_sock of
 * uapi/linux/bpf.h (bpf_sock_is_valid_access and similar functions in net/core/filter.c).
 */
import { PTR_TO_SOCK_COMMON, PTR_TO_SOCKET, PTR_TO_TCP_SOCK, PTR_TO_XDP_SOCK } from '../types.ts';

/** A range of offsets, end exclusive, and the largest access inside it, in bytes. */
interface Field {
  readonly from: number;
  readonly to: number;
  readonly sizes: readonly number[];
}

const WHOLE = [4];
const NARROW = [1, 2, 4];

/** bound_dev_if, mark and priority are whole words; the others may be read in part; the port has 16 bits and padding. */
const SOCK: readonly Field[] = [
  { from: 0, to: 4, sizes: WHOLE },
  { from: 4, to: 16, sizes: NARROW },
  { from: 16, to: 24, sizes: WHOLE },
  { from: 24, to: 48, sizes: NARROW },
  { from: 48, to: 50, sizes: NARROW },
  { from: 52, to: 80, sizes: NARROW },
];

/** Fields of any socket; type, protocol, mark and priority exist in full sockets only. */
const SOCK_COMMON = SOCK.flatMap((field) =>
  field.from === 4 ? [{ ...field, to: 8 }] : field.from === 16 ? [] : [field],
);

/** All fields are words, except the two byte counters. */
const TCP_SOCK: readonly Field[] = [
  { from: 0, to: 80, sizes: WHOLE },
  { from: 80, to: 96, sizes: [8] },
  { from: 96, to: 112, sizes: WHOLE },
];

const FIELDS: Readonly<Record<number, readonly Field[]>> = {
  [PTR_TO_SOCKET]: SOCK,
  [PTR_TO_SOCK_COMMON]: SOCK_COMMON,
  [PTR_TO_TCP_SOCK]: TCP_SOCK,
  [PTR_TO_XDP_SOCK]: [{ from: 0, to: 4, sizes: WHOLE }],
};

/** Whether a read lies in one field, at its natural alignment. */
export function isSockField(kind: number, off: number, size: number): boolean {
  if (off % size !== 0) return false;
  const field = FIELDS[kind]?.find(({ from, to }) => off >= from && off < to);
  return field?.sizes.includes(size) ?? false;
}
