/*
 * Like TCP Vegas: estimates the packets in the queue from the round trip, cwnd * (rtt - base) / rtt. Once per round
 * trip it changes the window by one packet to keep two to four of them queued. It slows down before packets are lost.
 */
#include "ops.h"

#define FEW 2
#define MANY 4

struct vegas {
	u32 base_rtt;
	/* minimum of this round's samples, and their sum */
	u32 round_rtt;
	u64 sum_rtt;
	u32 round_ends;
	u32 samples;
};

ALWAYS_INLINE void begin_round(struct tcp_sock *tp, struct vegas *ca)
{
	ca->round_ends = tp->snd_nxt;
	ca->round_rtt = INFINITE_SSTHRESH;
	ca->sum_rtt = 0;
	ca->samples = 0;
}

SEC("struct_ops")
void vegas_init(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct vegas *ca = PRIVATE(tp, vegas);

	ca->base_rtt = INFINITE_SSTHRESH;
	begin_round(tp, ca);
}

SEC("struct_ops")
void vegas_pkts_acked(u64 *ctx)
{
	struct vegas *ca = PRIVATE(SOCK(ctx), vegas);
	const struct ack_sample *sample = (void *)ctx[1];
	u32 rtt;

	if (sample->rtt_us <= 0)
		return;
	rtt = sample->rtt_us;
	ca->base_rtt = min32(ca->base_rtt, rtt);
	ca->round_rtt = min32(ca->round_rtt, rtt);
	ca->sum_rtt += rtt;
	ca->samples++;
}

SEC("struct_ops")
u32 vegas_ssthresh(u64 *ctx)
{
	return max32(SOCK(ctx)->snd_cwnd / 2, 2);
}

SEC("struct_ops")
void vegas_cong_avoid(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct vegas *ca = PRIVATE(tp, vegas);
	u32 ack = ctx[1], acked = ctx[2], rtt, waiting;

	if ((s32)(ack - ca->round_ends) < 0) {
		/* within a round the window changes only in slow start */
		if (in_slow_start(tp) && window_is_used(tp))
			slow_start(tp, acked);
		return;
	}
	if (ca->samples == 0 || ca->round_rtt == 0) {
		begin_round(tp, ca);
		return;
	}
	/* the first packet of a burst finds an empty queue: the mean says more while bursts double */
	rtt = in_slow_start(tp) ? ca->sum_rtt / ca->samples : ca->round_rtt;
	waiting = (u64)tp->snd_cwnd * (rtt - ca->base_rtt) / rtt;
	if (in_slow_start(tp)) {
		if (waiting > MANY) {
			tp->snd_cwnd = max32(tp->snd_cwnd - waiting, 2);
			tp->snd_ssthresh = max32(tp->snd_cwnd - 1, 2);
		}
	} else if (waiting > MANY) {
		tp->snd_cwnd = max32(tp->snd_cwnd - 1, 2);
		/* otherwise slow start would begin again */
		tp->snd_ssthresh = min32(tp->snd_ssthresh, max32(tp->snd_cwnd - 1, 2));
	} else if (waiting < FEW && window_is_used(tp)) {
		tp->snd_cwnd = min32(tp->snd_cwnd + 1, tp->snd_cwnd_clamp);
	}
	begin_round(tp, ca);
}

SEC("struct_ops")
u32 vegas_undo_cwnd(u64 *ctx)
{
	return window_before(SOCK(ctx));
}

SEC(".struct_ops")
struct tcp_congestion_ops vegas = {
	.init = (void *)vegas_init,
	.pkts_acked = (void *)vegas_pkts_acked,
	.ssthresh = (void *)vegas_ssthresh,
	.cong_avoid = (void *)vegas_cong_avoid,
	.undo_cwnd = (void *)vegas_undo_cwnd,
	.name = "c_vegas",
};
