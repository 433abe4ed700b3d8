/*
 * DCTCP (RFC 8257): the window shrinks by half of the fraction of marked packets, averaged over round trips.
 * Without ECN no packet is marked and a loss halves the window, as in Reno.
 */
#include "ops.h"

#define NEEDS_ECN 2
/* alpha is in 1/1024; a new fraction has a weight of 1/16 */
#define ONE 1024
#define SHIFT 4

struct dctcp {
	u32 round_ends;
	u32 delivered;
	u32 marked;
	u32 alpha;
	u32 lost_cwnd;
};

SEC("struct_ops")
void dctcp_init(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct dctcp *ca = PRIVATE(tp, dctcp);

	ca->round_ends = tp->snd_nxt;
	ca->delivered = tp->delivered;
	ca->marked = tp->delivered_ce;
	ca->alpha = ONE;
	ca->lost_cwnd = 0;
}

SEC("struct_ops")
void dctcp_in_ack_event(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct dctcp *ca = PRIVATE(tp, dctcp);
	u32 delivered, marked, share;

	if ((s32)(tp->snd_una - ca->round_ends) < 0)
		return;
	delivered = tp->delivered - ca->delivered;
	marked = tp->delivered_ce - ca->marked;
	share = marked * ONE / max32(delivered, 1);
	/* otherwise the last sixteenth would never decay */
	ca->alpha -= max32(ca->alpha >> SHIFT, ca->alpha ? 1 : 0);
	ca->alpha = min32(ca->alpha + (share >> SHIFT), ONE);
	ca->round_ends = tp->snd_nxt;
	ca->delivered = tp->delivered;
	ca->marked = tp->delivered_ce;
}

SEC("struct_ops")
u32 dctcp_ssthresh(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct dctcp *ca = PRIVATE(tp, dctcp);
	u32 cwnd = tp->snd_cwnd;

	ca->lost_cwnd = cwnd;
	/* packets were lost, not marked: halve as usual */
	if (tp->lost_out || tp->delivered_ce == 0)
		return max32(cwnd / 2, 2);
	return max32(cwnd - (cwnd * ca->alpha >> 11), 2);
}

SEC("struct_ops")
void dctcp_cong_avoid(u64 *ctx)
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
u32 dctcp_undo_cwnd(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);

	return max32(tp->snd_cwnd, PRIVATE(tp, dctcp)->lost_cwnd);
}

SEC(".struct_ops")
struct tcp_congestion_ops dctcp = {
	.init = (void *)dctcp_init,
	.in_ack_event = (void *)dctcp_in_ack_event,
	.ssthresh = (void *)dctcp_ssthresh,
	.cong_avoid = (void *)dctcp_cong_avoid,
	.undo_cwnd = (void *)dctcp_undo_cwnd,
	.flags = NEEDS_ECN,
	.name = "c_dctcp",
};
