; Leaves one function to a library that is
; loaded already: insmod looks for it there.
; No kernel links BPF objects like this.

.struct_ops tcp_congestion_ops
.name "bpf_user"
.license "GPL"

; u32 ssthresh(sk): a packet was lost. What is
; left is for the library to say, in bpf_base.
.extern give_up
.section struct_ops/ssthresh
user_ssthresh:
  r6 = *(u64 *)(r1 + 0)     ; sk, a tcp_sock
  r1 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
  call give_up
  exit

; u32 undo_cwnd(sk): a false alarm. The kernel
; has a function for it: Reno's own.
.section struct_ops/undo_cwnd
user_undo_cwnd:
  r1 = *(u64 *)(r1 + 0)     ; sk, a tcp_sock
  call tcp_reno_undo_cwnd
  exit

; void cong_avoid(sk, ack, acked):
; packets were delivered. Grow as Reno does.
.section struct_ops/cong_avoid
user_cong_avoid:
  r2 = *(u32 *)(r1 + 8)     ; ack
  r3 = *(u32 *)(r1 + 16)    ; acked, packets
  r1 = *(u64 *)(r1 + 0)     ; sk
  call tcp_reno_cong_avoid
  r0 = 0
  exit
