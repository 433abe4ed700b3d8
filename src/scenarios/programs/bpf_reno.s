; TCP Reno. The kernel calls these functions
; as a congestion control. r1 points at the
; arguments, 8 bytes each; r0 is the result.

.struct_ops tcp_congestion_ops
.name "bpf_reno"
.license "GPL"

; u32 ssthresh(sk): a packet was lost.
; Halve the window, but keep at least 2.
.section struct_ops/ssthresh
reno_ssthresh:
  r6 = *(u64 *)(r1 + 0)     ; sk, a tcp_sock
  r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
  r0 >>= 1
  if r0 > 1 goto done
  r0 = 2
done:
  exit

; u32 undo_cwnd(sk): a false alarm.
; Take the larger window back.
.section struct_ops/undo_cwnd
reno_undo_cwnd:
  r6 = *(u64 *)(r1 + 0)
  r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
  r2 = *(u32 *)(r6 + tcp_sock.prior_cwnd)
  if r0 >= r2 goto done
  r0 = r2
done:
  exit

; void cong_avoid(sk, ack, acked):
; packets were delivered. Grow the window.
.section struct_ops/cong_avoid
reno_cong_avoid:
  r6 = *(u64 *)(r1 + 0)     ; sk
  r7 = *(u32 *)(r1 + 16)    ; acked, packets
  r2 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
  r3 = *(u32 *)(r6 + tcp_sock.snd_ssthresh)
  ; grow only if the window was full, or,
  ; in slow start, at least half of it
  r1 = *(u8 *)(r6 + tcp_sock.is_cwnd_limited)
  r1 &= mask(tcp_sock.is_cwnd_limited)
  if r1 != 0 goto limited
  if r2 >= r3 goto done
  r4 = *(u32 *)(r6 + tcp_sock.max_packets_out)
  r4 <<= 1
  if r2 >= r4 goto done
limited:
  if r2 >= r3 goto avoid
  ; slow start: one more for each packet
  r1 = r6
  r2 = r7
  call tcp_slow_start
  r7 = r0                   ; packets left
  if w7 == 0 goto done
avoid:
  ; one more for each window of packets
  r1 = r6
  r2 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
  r3 = r7
  call tcp_cong_avoid_ai
done:
  r0 = 0
  exit
