; A congestion control that is a library too:
; other objects may call `give_up`, which says
; what is left of a window after a loss.

.struct_ops tcp_congestion_ops
.name "bpf_base"
.license "GPL"

; u32 ssthresh(sk): a packet was lost.
; Give up one eighth, keep at least 2.
.section struct_ops/ssthresh
base_ssthresh:
  r6 = *(u64 *)(r1 + 0)     ; sk, a tcp_sock
  r1 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
  call give_up
  exit

; u32 give_up(u32 window)
.globl give_up
.section .text
give_up:
  r0 = r1
  r1 >>= 3
  r0 -= r1
  if r0 > 1 goto done
  r0 = 2
done:
  exit

; u32 undo_cwnd(sk): a false alarm. The kernel
; has a function for it: Reno's own.
.section struct_ops/undo_cwnd
base_undo_cwnd:
  r1 = *(u64 *)(r1 + 0)     ; sk, a tcp_sock
  call tcp_reno_undo_cwnd
  exit

; void cong_avoid(sk, ack, acked):
; packets were delivered. Grow as Reno does.
.section struct_ops/cong_avoid
base_cong_avoid:
  r2 = *(u32 *)(r1 + 8)     ; ack
  r3 = *(u32 *)(r1 + 16)    ; acked, packets
  r1 = *(u64 *)(r1 + 0)     ; sk
  call tcp_reno_cong_avoid
  r0 = 0
  exit
