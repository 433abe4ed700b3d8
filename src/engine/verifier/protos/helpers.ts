/*
 * Prototypes of helper functions as the verifier sees them (struct bpf_func_proto), and which program types have which.
 * Argument codes: M map, K key, V value, m memory, s size of the memory before it, A anything, C context, B:x pointer to
 * struct x, S scalar, F function, St stack pointer, Sk socket with or without BTF, SC socket kinds, R ring-buffer record,
 * k constant size, lock, timer, str constant string, P per-cpu pointer, D:x dynptr of kind x, X place of a kptr, Y what is
 * put there. After a code: `N` may be NULL, `o` output, `r` not changed, `w` read and written, `0` size may be 0, `!` is
 * released, 4 or 8: fixed size of the memory, aligned.
 */
export interface HelperProto {
  readonly id: number;
  readonly args: readonly string[];
  /** int, void, value, local (a value that is never NULL), record, sock, sockCommon, tcpSock, btf:x, btfNull:x, memory, memoryNull, slice, kptr */
  readonly returns: string;
  readonly gpl: boolean;
  readonly sleeps: boolean;
  readonly changesPacket: boolean;
  readonly acquires: boolean;
  /** the result is its argument seen as another kind, and holds the same reference (is_ptr_cast_function) */
  readonly casts: boolean;
}

const ROWS = `
1 M K > value
2 M K V A > int
3 M K > int
4 mo s0 A > int gpl
5 > int
6 m s > int gpl
7 > int
8 > int
9 C A m s A > int pkt
10 C A A A A > int pkt
11 C A A A A > int pkt
12 C M A > void pkt
13 C A A > int pkt
14 > int
15 > int
16 mo s > int
17 C > int
18 C A A > int pkt
19 C > int pkt
20 C mo s A > int
21 C m s A > int
22 M A > int gpl
23 A A > int
25 C M A m s0 > int gpl
26 C A mo s > int
27 C M A > int gpl
28 mN s0 mN s0 A > int
34 C > int
35 > int gpl
36 A m s > int gpl
38 C A A > int pkt
39 C A > int pkt
40 C A > int
41 C > void
42 > int
43 C A A > int pkt
44 C A > int pkt
45 mo s0 A > int gpl
46 C > int
47 C > int
48 C A > int
49 Sk A A m s > int
50 C A A A > int pkt
51 M A A > int
54 C A > int pkt
57 Sk A A mo s > int
65 C A > int pkt
67 C mo s0 A > int gpl
68 C A mo s A > int
69 C m s A > int
80 > int
81 M A > local
84 C m s0 A A > sock acq
85 C m s0 A A > sock acq
86 Sk! > int
87 M V A > int
88 M Vo > int
89 M Vo > int
93 lock > void
94 lock > void
95 SC > sock cast
96 SC > tcpSock cast
97 C > int
98 SC > sock
99 C m s0 A A > sockCommon acq
100 Sk m s m s > int
105 m s A mo8 > int
106 m s A mo8 > int
107 M Sk VN A > value
108 M Sk > int
109 A > int
110 Sk m s m s > int
112 mo s0 A > int
113 mo s0 A > int gpl
114 mo s0 A > int
115 mo s0 A > int gpl
116 B:tcp_sock A > int
117 A > int
118 > int
120 A A mo s > int
122 CN > int
123 A > int
125 > int
130 M m s0 A > int
131 M k A > record acq
132 R! A > void
133 R! A > void
134 M A > int
135 C A > int
136 Sk > btfNull:tcp6_sock cast
137 Sk > btfNull:tcp_sock cast
138 Sk > btfNull:tcp_timewait_sock cast
139 Sk > btfNull:tcp_request_sock cast
140 Sk > btfNull:udp6_sock cast
149 mo s m s A > int gpl
148 mo s0 A > int sleep
153 P A > memoryNull
154 P > memory
156 M BN:task_struct VN A > value
157 M B:task_struct > int
158 > btf:task_struct gpl
160 > int
163 C A mw4 A A > int
164 M F StN A > int
165 mo s str mN s0 > int gpl
166 A m s > int sleep
167 A m s0 A A > int sleep
168 A > int sleep
169 timer M A > int gpl
170 timer F > int gpl
171 timer A A > int gpl
172 timer > int gpl
175 B:task_struct > int
177 m s mN s0 > int gpl
178 Sk > btfNull:unix_sock
179 m s0 A A > int sleep
180 B:task_struct A F StN A > int
181 S F StN A > int
182 m s str > int
191 mo s0 A B:task_struct A > int sleep
194 X YN! > kptr acq
195 M K A > value
196 Sk > btfNull:mptcp_sock cast
197 mo s0 A Do:local > int
198 M A A Do:ringbuf > int
199 D!:ringbuf A > void
200 D!:ringbuf A > void
201 mo s0 Dr A A > int
202 Dr A m s0 A > int
203 Dr A k > slice
208 > int
209 M F StN A > int
210 M BN:cgroup VN A > value
211 M B:cgroup > int
`;

function parse(line: string): HelperProto {
  const [left, right] = line.split('>').map((part) => part.trim().split(' ').filter(Boolean));
  const [id, ...args] = left;
  const [returns, ...flags] = right;
  return {
    id: Number(id),
    args,
    returns,
    gpl: flags.includes('gpl'),
    sleeps: flags.includes('sleep'),
    changesPacket: flags.includes('pkt'),
    acquires: flags.includes('acq'),
    casts: flags.includes('cast'),
  };
}

const PROTOS: ReadonlyMap<number, HelperProto> = new Map(
  ROWS.trim()
    .split('\n')
    .map(parse)
    .map((p) => [p.id, p]),
);

export const protoOf = (id: number): HelperProto | null => PROTOS.get(id) ?? null;

const BASE = [
  1, 2, 3, 5, 6, 7, 8, 12, 35, 42, 87, 88, 89, 93, 94, 105, 106, 112, 113, 114, 115, 118, 125, 130, 131, 132, 133, 134,
  149, 153, 154, 158, 164, 165, 169, 170, 171, 172, 175, 177, 181, 182, 194, 195, 197, 198, 199, 200, 201, 202, 203,
  208, 209,
];
/** Helpers for the running task and its cgroup: in the base set since 6.10. */
const CURRENT = [14, 80, 120, 123, 210, 211];
const TRACING_BASE = [14, 15, 16, 80, 120, 123, 156, 157];
/** bpf_tcp_ca_get_func_proto */
const TCP_CA = [107, 108, 116, 160];
const SOCKOPT = [49, 57];
/** bpf_sk_base_func_proto: all networking programs */
const SK_BASE = [136, 137, 138, 139, 140, 160, 178, 196];
const SOCKET_FILTER = [...SK_BASE, 25, 26, 46, 47, 68, 122];
const SKB = [
  ...SK_BASE,
  9,
  10,
  11,
  13,
  17,
  18,
  19,
  20,
  21,
  23,
  25,
  26,
  28,
  34,
  38,
  39,
  40,
  41,
  43,
  46,
  47,
  48,
  50,
  68,
  69,
  84,
  85,
  86,
  95,
  96,
  97,
  98,
  99,
  100,
  107,
  108,
  110,
  135,
  163,
];
const XDP = [...SK_BASE, 23, 25, 28, 44, 51, 54, 65, 69, 84, 85, 86, 99, 100, 110, 163];
const CGROUP_SKB = [...SK_BASE, 25, 26, 46, 47, 68, 80, 81, 84, 85, 86, 95, 96, 97, 98, 99, 107, 108];
const TRACING = [...TRACING_BASE, 4, 25, 27, 36, 45, 67, 109, 117, 148, 180, 191];
const SYSCALL = [160, 166, 167, 168, 179, 14, 15, 16];
/** helpers of 6.18's struct_ops programs that earlier ones lack */
const STRUCT_OPS_6_18 = [15, 16, 17, 109, 117, 148, 156, 157];

const BY_TYPE: Readonly<Record<string, readonly number[]>> = {
  socket_filter: SOCKET_FILTER,
  sched_cls: SKB,
  sched_act: SKB,
  xdp: XDP,
  cgroup_skb: CGROUP_SKB,
  raw_tracepoint: TRACING,
  raw_tp: TRACING,
  kprobe: TRACING,
  tracepoint: TRACING,
  syscall: SYSCALL,
};

export interface Caller {
  readonly type: string;
  /** struct_ops */
  readonly struct: string;
  readonly member: string;
}

export interface HelperFacts {
  readonly currentTaskHelpers: boolean;
  readonly structOpsTracing: boolean;
  readonly name: string;
}

/** Helpers that accept packet data (pkt_access of their prototypes). */
const PACKET_READERS: ReadonlySet<number> = new Set([1, 2, 3, 28, 84, 85, 87, 99, 100, 110, 195, 204, 205, 206, 207]);
export const readsPackets = (id: number): boolean => PACKET_READERS.has(id);

const OLD_BASE = [1, 2, 3, 5, 6, 7, 8, 12, 42, 87, 88, 89, 93, 94, 118];

/** Whether a program may call a helper (get_func_proto of its type). */
export function hasHelper(id: number, { type, struct, member }: Caller, facts: HelperFacts): boolean {
  if (facts.name === 'v5.6') return OLD_BASE.includes(id) || (struct === 'tcp_congestion_ops' && id === 116);
  if (BASE.includes(id) || (facts.currentTaskHelpers && CURRENT.includes(id))) return true;
  if (type !== 'struct_ops') return BY_TYPE[type]?.includes(id) ?? false;
  if (facts.structOpsTracing && STRUCT_OPS_6_18.includes(id)) return true;
  if (struct !== 'tcp_congestion_ops') return false;
  return TCP_CA.includes(id) || (SOCKOPT.includes(id) && member !== 'release');
}
