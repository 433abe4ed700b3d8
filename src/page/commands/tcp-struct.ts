/** The struct whose members the TCP stack calls. */
export const TCP_STRUCT = 'tcp_congestion_ops';
