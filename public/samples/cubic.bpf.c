/*
 * CUBIC (RFC 9438): after a loss the window follows W(t) = C (t - K)^3 + Wmax, and is never smaller than Reno's would
 * be. Slow start ends when round trips get longer, or when ACKs are spread over a round trip (HyStart).
 */
#include "ops.h"
#include "helpers.h"

extern u32 CONFIG_HZ KCONFIG;

/* in 1/1024: the part of the window that is kept after a loss */
#define KEEP 717
#define ONE 1024
/* C = 0.4 with time in 1/1024 s: C * 2^10 */
#define C_SCALED 410
#define TIME_SHIFT 10
/* Reno with this decrease grows by 3 (1 - keep) / (1 + keep) packets per round trip: its inverse, times 8 */
#define RENO_ACKS (8 * (ONE + KEEP) / 3 / (ONE - KEEP))
/* before the first loss: at most 5 % per round trip */
#define FIRST_GROWTH 20

/* HyStart: minimum window, samples per round, and delay above the minimum: 4 to 16 ms */
#define HY_WINDOW 16
#define HY_SAMPLES 8
#define HY_LEAST_US 4000
#define HY_MOST_US 16000
#define HY_TRAIN_US 2000
#define HY_BURST 65536
#define HY_HELD_US 1000

struct cubic {
	/* start of this curve in jiffies, 0: none yet; packets acknowledged since then */
	u32 epoch;
	u32 acks;
	u32 w_max;
	/* time from the start to the plateau in 1/1024 s, and the window there */
	u32 k;
	u32 plateau;
	/* window of a Reno that started with this curve */
	u32 reno;
	/* acknowledged packets per packet of growth */
	u32 every;
	u32 least_rtt;
	/* HyStart: end of this round, start of it and of its last ACK train (us), its samples and their minimum */
	u32 round_ends;
	u32 round_start;
	u32 last_ack;
	u32 samples;
	u32 round_rtt;
	/* HyStart has ended slow start */
	u32 found;
	/* window and time of the last calculation */
	u32 last_cwnd;
	u32 last_time;
};

_Static_assert(sizeof(struct cubic) <= PRIVATE_BYTES, "fits icsk_ca_priv");

/* smallest number whose cube is at least n */
ALWAYS_INLINE u32 cube_root(u64 n)
{
	u32 root = 0;

	for (int bit = 20; bit >= 0; bit--) {
		u64 next = root | (1u << bit);

		if (next * next * next <= n)
			root = next;
	}
	return root;
}

ALWAYS_INLINE void begin_round(struct tcp_sock *tp, struct cubic *ca)
{
	ca->round_start = ca->last_ack = tp->tcp_mstamp;
	ca->round_ends = tp->snd_nxt;
	ca->round_rtt = ~0u;
	ca->samples = 0;
}

SEC("struct_ops")
void cubic_init(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct cubic *ca = PRIVATE(tp, cubic);

	__builtin_memset(ca, 0, sizeof(*ca));
	ca->least_rtt = ~0u;
	begin_round(tp, ca);
}

ALWAYS_INLINE void begin_curve(struct tcp_sock *tp, struct cubic *ca, u32 now, u32 acked)
{
	u32 cwnd = tp->snd_cwnd;

	ca->epoch = now ? now : 1;
	ca->acks = acked;
	ca->reno = cwnd;
	if (ca->w_max <= cwnd) {
		ca->k = 0;
		ca->plateau = cwnd;
	} else {
		/* K^3 = (Wmax - W) / C, in units of (1/1024 s)^3 */
		ca->k = cube_root((u64)(ca->w_max - cwnd) * ((1ull << (10 + 3 * TIME_SHIFT)) / C_SCALED));
		ca->plateau = ca->w_max;
	}
}

ALWAYS_INLINE void follow_curve(struct tcp_sock *tp, struct cubic *ca, u32 acked)
{
	u32 cwnd = tp->snd_cwnd, now = jiffies(), every, target, delta, reno_acks;
	u64 t, distance;

	ca->acks += acked;
	/* same window and shortly after: keep the last result */
	if (ca->last_cwnd == cwnd && (s32)(now - ca->last_time) <= (s32)(CONFIG_HZ / 32))
		return;
	if (ca->epoch && now == ca->last_time)
		goto friendly;
	ca->last_cwnd = cwnd;
	ca->last_time = now;
	if (ca->epoch == 0)
		begin_curve(tp, ca, now, acked);

	/* value of the curve one round trip from now */
	t = (s32)(now - ca->epoch);
	t += ((u64)ca->least_rtt * CONFIG_HZ + 999999) / 1000000;
	t = (t << TIME_SHIFT) / CONFIG_HZ;
	distance = t < ca->k ? ca->k - t : t - ca->k;
	delta = (C_SCALED * distance * distance * distance) >> (10 + 3 * TIME_SHIFT);
	target = t < ca->k ? ca->plateau - delta : ca->plateau + delta;

	every = target > cwnd ? cwnd / (target - cwnd) : 100 * cwnd;
	if (ca->w_max == 0)
		every = min32(every, FIRST_GROWTH);
	ca->every = every;
friendly:
	reno_acks = max32(cwnd * RENO_ACKS >> 3, 1);
	if (ca->acks > reno_acks) {
		u32 more = (ca->acks - 1) / reno_acks;

		ca->acks -= more * reno_acks;
		ca->reno += more;
	}
	if (ca->reno > cwnd)
		ca->every = min32(ca->every, cwnd / (ca->reno - cwnd));
	/* at most one packet per two acknowledged: 50 % per round trip */
	ca->every = max32(ca->every, 2);
}

SEC("struct_ops")
void cubic_cong_avoid(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct cubic *ca = PRIVATE(tp, cubic);
	u32 acked = ctx[2];

	if (!window_is_used(tp))
		return;
	if (in_slow_start(tp)) {
		acked = slow_start(tp, acked);
		if (!acked)
			return;
	}
	follow_curve(tp, ca, acked);
	grow_every(tp, ca->every, acked);
}

SEC("struct_ops")
u32 cubic_ssthresh(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct cubic *ca = PRIVATE(tp, cubic);
	u32 cwnd = tp->snd_cwnd;

	ca->epoch = 0;
	/* smaller than at the last loss: another flow came, so make room for it */
	ca->w_max = cwnd < ca->w_max ? cwnd * (ONE + KEEP) / (2 * ONE) : cwnd;
	return max32(cwnd * KEEP / ONE, 2);
}

SEC("struct_ops")
void cubic_set_state(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct cubic *ca = PRIVATE(tp, cubic);

	if ((u8)ctx[1] != CA_LOSS)
		return;
	cubic_init(ctx);
}

/* Ends slow start at the current window. */
ALWAYS_INLINE void leave(struct tcp_sock *tp, struct cubic *ca)
{
	ca->found = 1;
	tp->snd_ssthresh = tp->snd_cwnd;
}

ALWAYS_INLINE void hystart(struct tcp_sock *tp, struct cubic *ca, u32 rtt)
{
	u32 now = tp->tcp_mstamp, more;

	if ((s32)(tp->snd_una - ca->round_ends) > 0)
		begin_round(tp, ca);
	if (tp->snd_cwnd < HY_WINDOW)
		return;
	if ((s32)(now - ca->last_ack) <= HY_TRAIN_US) {
		struct sock *sk = &tp->inet_conn.icsk_inet.sk;
		u64 rate = sk->sk_pacing_rate;
		/* a receiver that merges bursts delays ACKs for the time that four of them take */
		u32 held = rate ? 4ull * HY_BURST * 1000000 / rate : 0;
		u32 longest = ca->least_rtt + min32(held, HY_HELD_US);

		ca->last_ack = now;
		/* ACKs of a window sent at once span half a round trip when the path is full */
		if (sk->sk_pacing_status == PACING_NONE)
			longest /= 2;
		if ((s32)(now - ca->round_start) > (s32)longest) {
			leave(tp, ca);
			return;
		}
	}
	ca->round_rtt = min32(ca->round_rtt, rtt);
	if (ca->samples < HY_SAMPLES) {
		ca->samples++;
		return;
	}
	more = min32(max32(ca->least_rtt / 8, HY_LEAST_US), HY_MOST_US);
	if (ca->round_rtt > ca->least_rtt + more)
		leave(tp, ca);
}

SEC("struct_ops")
void cubic_pkts_acked(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct cubic *ca = PRIVATE(tp, cubic);
	const struct ack_sample *sample = (void *)ctx[1];
	u32 rtt;

	if (sample->rtt_us < 0)
		return;
	rtt = max32(sample->rtt_us, 1);
	ca->least_rtt = min32(ca->least_rtt, rtt);
	if (!ca->found && in_slow_start(tp))
		hystart(tp, ca, rtt);
}

SEC("struct_ops")
u32 cubic_undo_cwnd(u64 *ctx)
{
	return window_before(SOCK(ctx));
}

SEC(".struct_ops")
struct tcp_congestion_ops cubic = {
	.init = (void *)cubic_init,
	.ssthresh = (void *)cubic_ssthresh,
	.cong_avoid = (void *)cubic_cong_avoid,
	.set_state = (void *)cubic_set_state,
	.pkts_acked = (void *)cubic_pkts_acked,
	.undo_cwnd = (void *)cubic_undo_cwnd,
	.name = "c_cubic",
};
