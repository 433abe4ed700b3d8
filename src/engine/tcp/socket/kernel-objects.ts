/* Kernel objects that all sockets share. */
/** Linear addresses of init_net and tcp_prot. */
export interface KernelObjects {
  readonly net: number;
  readonly prot: number;
}
