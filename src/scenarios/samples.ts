/** Objects in public/samples, built by clang from the C beside them. */
export const SAMPLES: readonly { readonly file: string; readonly note: string }[] = [
  { file: 'reno.bpf.o', note: 'halves its window with a loss' },
  { file: 'cubic.bpf.o', note: 'grows by a cubic function of the time since a loss' },
  { file: 'dctcp.bpf.o', note: 'gives way as much as packets are marked' },
  { file: 'vegas.bpf.o', note: 'keeps a few packets in the queue, by the round trip time' },
  { file: 'model.bpf.o', note: 'sends at the rate that it measures, like BBR' },
  { file: 'aimd.bpf.o', note: 'gives up one eighth with a loss' },
  { file: 'watched.bpf.o', note: 'a Reno with maps, a ring buffer and storage at sockets' },
];
