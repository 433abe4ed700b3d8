/* Additive increase, multiplicative decrease, with both as constants that a loader may set before loading. */
#include "ops.h"

/* packets added per round trip */
const volatile u32 increase = 2;
/* percent of the window that is kept after a loss */
const volatile u32 keep = 70;

SEC("struct_ops")
u32 aimd_ssthresh(u64 *ctx)
{
	return max32(SOCK(ctx)->snd_cwnd * keep / 100, 2);
}

SEC("struct_ops")
void aimd_cong_avoid(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	u32 acked = ctx[2];

	if (!window_is_used(tp))
		return;
	if (in_slow_start(tp))
		acked = slow_start(tp, acked);
	if (acked)
		grow_every(tp, tp->snd_cwnd, acked * increase);
}

SEC("struct_ops")
u32 aimd_undo_cwnd(u64 *ctx)
{
	return window_before(SOCK(ctx));
}

SEC(".struct_ops")
struct tcp_congestion_ops aimd = {
	.ssthresh = (void *)aimd_ssthresh,
	.cong_avoid = (void *)aimd_cong_avoid,
	.undo_cwnd = (void *)aimd_undo_cwnd,
	.name = "c_aimd",
};
