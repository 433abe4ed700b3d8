; bpf_aimd without its undo_cwnd. Every text
; assembles and every program loads; the
; update is refused, for the kernel asks for
; three members of a congestion control.

.struct_ops tcp_congestion_ops
.name "bpf_aimd"
.license "GPL"

; u32 ssthresh(sk): a packet was lost.
; Give up one eighth, keep at least 2.
.section struct_ops/ssthresh
aimd_ssthresh:
  r6 = *(u64 *)(r1 + 0)     ; sk, a tcp_sock
  r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
  r2 = r0
  r2 >>= 3
  r0 -= r2
  if r0 > 1 goto done
  r0 = 2
done:
  exit

; void cong_avoid(sk, ack, acked):
; packets were delivered. Grow the window.
.section struct_ops/cong_avoid
aimd_cong_avoid:
  r6 = *(u64 *)(r1 + 0)     ; sk
  r7 = *(u32 *)(r1 + 16)    ; acked, packets
  ; the window was not full: keep it
  r1 = *(u8 *)(r6 + tcp_sock.is_cwnd_limited)
  r1 &= mask(tcp_sock.is_cwnd_limited)
  if r1 == 0 goto done
  r2 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
  r3 = *(u32 *)(r6 + tcp_sock.snd_ssthresh)
  if r2 >= r3 goto avoid
  ; slow start: one more for each packet,
  ; but not beyond ssthresh
  r2 += r7
  if r2 <= r3 goto store
  r2 = r3
  goto store
avoid:
  ; one more for each window of packets
  r4 = *(u32 *)(r6 + tcp_sock.snd_cwnd_cnt)
  r4 += r7
  if r4 < r2 goto count
  r4 -= r2
  r2 += 1
count:
  *(u32 *)(r6 + tcp_sock.snd_cwnd_cnt) = r4
store:
  r5 = *(u32 *)(r6 + tcp_sock.snd_cwnd_clamp)
  if r2 <= r5 goto write
  r2 = r5
write:
  *(u32 *)(r6 + tcp_sock.snd_cwnd) = r2
done:
  r0 = 0
  exit
