/* The capabilities that bpf(2) and sockets ask for (include/uapi/linux/capability.h). */
export const CAPABILITIES = ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN', 'CAP_PERFMON', 'CAP_BPF'] as const;

export type Capability = (typeof CAPABILITIES)[number];
