; TCP Reno. The kernel calls these functions as a congestion control.
; r1 points at the arguments, 8 bytes each; the result goes into r0.

.struct_ops tcp_congestion_ops
.name "bpf_reno"
.license "GPL"

; u32 ssthresh(sk): a packet was lost. Halve the window, but keep at least 2.
.section struct_ops/ssthresh
reno_ssthresh:
    r6 = *(u64 *)(r1 + 0)                   ; sk, which is also a tcp_sock
    r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
    r0 >>= 1
    if r0 > 1 goto done
    r0 = 2
done:
    exit

; u32 undo_cwnd(sk): the loss was a false alarm. Take the larger window back.
.section struct_ops/undo_cwnd
reno_undo_cwnd:
    r6 = *(u64 *)(r1 + 0)
    r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
    r2 = *(u32 *)(r6 + tcp_sock.prior_cwnd)
    if r0 >= r2 goto done
    r0 = r2
done:
    exit

; void cong_avoid(sk, ack, acked): packets were delivered. Grow the window.
.section struct_ops/cong_avoid
reno_cong_avoid:
    r6 = *(u64 *)(r1 + 0)                   ; sk
    r7 = *(u32 *)(r1 + 16)                  ; acked: how many packets
    r2 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
    r3 = *(u32 *)(r6 + tcp_sock.snd_ssthresh)
    r1 = *(u8 *)(r6 + tcp_sock.is_cwnd_limited)
    r1 &= mask(tcp_sock.is_cwnd_limited)
    if r1 != 0 goto limited                 ; the window was full: grow
    if r2 >= r3 goto done                   ; it was not, and no slow start
    r4 = *(u32 *)(r6 + tcp_sock.max_packets_out)
    r4 <<= 1
    if r2 >= r4 goto done                   ; less than half of it was used
limited:
    if r2 >= r3 goto avoid
    r1 = r6                                 ; slow start: one more per packet
    r2 = r7
    call tcp_slow_start
    r7 = r0                                 ; packets left after slow start
    if w7 == 0 goto done
avoid:
    r1 = r6                                 ; one more per window of packets
    r2 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
    r3 = r7
    call tcp_cong_avoid_ai
done:
    r0 = 0
    exit
