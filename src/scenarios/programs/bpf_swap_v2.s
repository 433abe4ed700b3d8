; The second version of bpf_swap, gentler: one
; eighth of the window goes with a loss. It has
; the name of the first, as a link update asks.

.struct_ops.link tcp_congestion_ops
.name "bpf_swap"
.license "GPL"

; u32 ssthresh(sk): a packet was lost.
; Give up one eighth, keep at least 2.
.section struct_ops/ssthresh
swap2_ssthresh:
  r6 = *(u64 *)(r1 + 0)     ; sk, a tcp_sock
  r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
  r2 = r0
  r2 >>= 3
  r0 -= r2
  if r0 > 1 goto done
  r0 = 2
done:
  exit

; u32 undo_cwnd(sk): a false alarm. The kernel
; has a function for it: Reno's own.
.section struct_ops/undo_cwnd
swap2_undo_cwnd:
  r1 = *(u64 *)(r1 + 0)     ; sk, a tcp_sock
  call tcp_reno_undo_cwnd
  exit

; void cong_avoid(sk, ack, acked):
; packets were delivered. Grow as Reno does.
.section struct_ops/cong_avoid
swap2_cong_avoid:
  r2 = *(u32 *)(r1 + 8)     ; ack
  r3 = *(u32 *)(r1 + 16)    ; acked, packets
  r1 = *(u64 *)(r1 + 0)     ; sk
  call tcp_reno_cong_avoid
  r0 = 0
  exit
