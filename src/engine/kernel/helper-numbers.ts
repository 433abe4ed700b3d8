/* Helpers that a struct_ops program may call, by number: what get_func_proto of its type gives, kernel by kernel. */

export interface HelperNumbers {
  /** of every struct_ops program (bpf_base_func_proto, for the capabilities that loading takes) */
  readonly base: readonly number[];
  /** of tcp_congestion_ops (bpf_tcp_ca_get_func_proto) */
  readonly tcp: readonly number[];
  /** the same, in every member but release, whose socket is on its way out */
  readonly tcpButRelease: readonly number[];
}

const BASE = [
  1, 2, 3, 5, 6, 7, 8, 12, 14, 35, 42, 80, 87, 88, 89, 93, 94, 105, 106, 112, 113, 114, 115, 118, 120, 123, 125, 130,
  131, 132, 133, 134, 149, 153, 154, 158, 164, 165, 169, 170, 171, 172, 175, 177, 181, 182, 194, 195, 197, 198, 199,
  200, 201, 202, 203, 208, 209, 210, 211,
];
/** sk_storage_get, sk_storage_delete, tcp_send_ack, ktime_get_coarse_ns */
const TCP = [107, 108, 116, 160];
/** setsockopt, getsockopt */
const SOCKET_OPTIONS = [49, 57];

export const HELPERS_6_1: HelperNumbers = { base: BASE, tcp: TCP, tcpButRelease: SOCKET_OPTIONS };

/** also get_current_uid_gid, get_cgroup_classid, send_signal and send_signal_thread, task_storage_get and _delete */
export const HELPERS_6_18: HelperNumbers = { ...HELPERS_6_1, base: [...BASE, 15, 17, 109, 117, 156, 157] };

/** for CAP_SYS_ADMIN; of TCP, tcp_send_ack alone */
export const HELPERS_5_6: HelperNumbers = {
  base: [1, 2, 3, 5, 6, 7, 8, 12, 42, 87, 88, 89, 93, 94, 118],
  tcp: [116],
  tcpButRelease: [],
};
