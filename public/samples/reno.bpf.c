/* Reno (RFC 5681): grows by a packet per round trip, halves the window after a loss. */
#include "ops.h"

SEC("struct_ops")
u32 reno_ssthresh(u64 *ctx)
{
	return max32(SOCK(ctx)->snd_cwnd / 2, 2);
}

SEC("struct_ops")
void reno_cong_avoid(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	u32 acked = ctx[2];

	if (!window_is_used(tp))
		return;
	if (in_slow_start(tp))
		acked = slow_start(tp, acked);
	if (acked)
		grow_every(tp, tp->snd_cwnd, acked);
}

SEC("struct_ops")
u32 reno_undo_cwnd(u64 *ctx)
{
	return window_before(SOCK(ctx));
}

SEC(".struct_ops")
struct tcp_congestion_ops reno = {
	.ssthresh = (void *)reno_ssthresh,
	.cong_avoid = (void *)reno_cong_avoid,
	.undo_cwnd = (void *)reno_undo_cwnd,
	.name = "c_reno",
};
