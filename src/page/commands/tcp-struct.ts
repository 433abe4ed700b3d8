/** Its members are the stack's to call. */
export const TCP_STRUCT = 'tcp_congestion_ops';
