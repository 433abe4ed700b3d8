/*
 * Fills in a socket's identity: addresses, ports, cookie, and the kernel objects that it points to. The client
 * (10.0.0.1) gets an ephemeral port; the server (10.0.0.2) has one listening port.
 */
import { type KernelObjects } from './kernel-objects.ts';
import type { Memory } from '../../vm/memory.ts';
import type { Profile } from '../../kernel/profiles.ts';
import type { Stack } from '../stack.ts';

/** in network order, read as little endian */
const CLIENT_ADDRESS = 0x0100_000a;
const SERVER_ADDRESS = 0x0200_000a;
const SERVER_PORT = 5201;
/** net.ipv4.ip_local_port_range; connect() takes even ports first */
const FIRST_PORT = 32768;
const PORTS = 14_000;
const IPPROTO_TCP = 6;
const SOCK_STREAM = 1;
/** PROC_NET_INIT_INO: the first network namespace */
const NET_INUM = 0xf000_0000;

export function makeKernelObjects(memory: Memory, { net, proto }: Profile['kernelObjects']): KernelObjects {
  const objects = { net: memory.alloc('kernel', net[0], 64), prot: memory.alloc('kernel', proto[0], 64) };
  memory.u32[(objects.net + net[1]) >>> 2] = NET_INUM;
  for (const [i, letter] of [...'TCP'].entries()) memory.u8[objects.prot + proto[1] + i] = letter.charCodeAt(0);
  return objects;
}

const swapped = (port: number): number => ((port & 0xff) << 8) | (port >>> 8);

/** Sets the identity of the current socket; its endpoint says which end it is. */
export function identify(s: Stack): void {
  const { tp, ep, objects } = s;
  tp.sk_protocol = IPPROTO_TCP;
  tp.sk_type = SOCK_STREAM;
  tp.skc_net = objects.net;
  tp.skc_prot = objects.prot;
  tp.skc_cookie = ep.id * 2 - 1 + ep.passive;
  const clientPort = FIRST_PORT + ((ep.id * 2) % PORTS);
  const isServer = ep.passive === 1;
  tp.skc_num = isServer ? SERVER_PORT : clientPort;
  tp.skc_dport = swapped(isServer ? clientPort : SERVER_PORT);
  tp.skc_daddr = isServer ? CLIENT_ADDRESS : SERVER_ADDRESS;
  tp.skc_rcv_saddr = isServer ? SERVER_ADDRESS : CLIENT_ADDRESS;
  tp.inet_saddr = tp.skc_rcv_saddr;
  tp.inet_sport = swapped(tp.skc_num);
}
