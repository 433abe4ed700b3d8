/** Objects in public/samples, built by clang from the C beside them. */
export const SAMPLES: readonly { readonly file: string; readonly note: string }[] = [
  { file: 'reno.bpf.o', note: 'halves its window at a loss' },
  { file: 'cubic.bpf.o', note: 'grows by a cubic function of the time since a loss' },
  { file: 'dctcp.bpf.o', note: 'reduces its window by the share of marked packets' },
  { file: 'vegas.bpf.o', note: 'keeps a few packets in the queue, judged by the round trip time' },
  { file: 'model.bpf.o', note: 'sends at the rate that it measures, as BBR does' },
  { file: 'aimd.bpf.o', note: 'reduces its window by one eighth at a loss' },
  { file: 'watched.bpf.o', note: 'a Reno with maps, a ring buffer and storage at sockets' },
];
