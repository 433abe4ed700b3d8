/*
 * Like BBR: a model of the path instead of losses. The highest delivery rate of the last ten rounds gives the pace;
 * that rate times the minimum round trip, doubled, gives the window. From time to time it sends faster, to find more
 * bandwidth, and less, to measure the round trip without a queue.
 */
#include "ops.h"
#include "helpers.h"

extern u32 LINUX_KERNEL_VERSION KCONFIG;

/* rates are packets per 2^24 us; gains are of 256 */
#define RATE_SHIFT 24
#define UNIT 256
#define STARTUP_GAIN 739
#define DRAIN_GAIN 88
#define CRUISE_GAIN 512
/* rounds that a rate is kept for; number of rounds with less than 25 % growth that end the startup */
#define MEMORY 10
#define FULL_ROUNDS 3
/* a minimum round trip is valid for 10 s, then the window is 4 packets for 200 ms */
#define RTT_LIFE_US 10000000
#define PROBE_US 200000
#define PROBE_CWND 4
#define CYCLE 8

enum { STARTUP, DRAIN, CRUISE, PROBE };

struct model {
	/* highest rate of the current half of the rounds, and of the previous half */
	u32 rate;
	u32 older_rate;
	u32 least_rtt;
	/* us */
	u32 rtt_seen;
	u32 probe_ends;
	u32 round_ends;
	u32 full_rate;
	u32 cycle_start;
	u16 round;
	u8 mode;
	u8 phase;
	u8 full_rounds;
	u8 rounds_kept;
	u16 unused;
	u32 cwnd_before;
};

_Static_assert(sizeof(struct model) <= PRIVATE_BYTES, "fits icsk_ca_priv");

ALWAYS_INLINE u32 greatest(struct model *ca)
{
	return max32(ca->rate, ca->older_rate);
}

/* packets that fill the path, times a gain */
ALWAYS_INLINE u32 fitting(struct model *ca, u32 gain)
{
	u64 packets = (u64)greatest(ca) * ca->least_rtt >> RATE_SHIFT;

	/* three bursts in flight keep the path busy */
	return ((packets + 1) * gain >> 8) + 3;
}

ALWAYS_INLINE void set_pace(struct tcp_sock *tp, struct model *ca, u32 gain)
{
	struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	/* bytes per second, one percent below the model's rate */
	u64 rate = (u64)greatest(ca) * tp->mss_cache * 1000000 >> RATE_SHIFT;

	rate = (rate * gain >> 8) * 99 / 100;
	if (rate && (ca->mode != STARTUP || rate > sk->sk_pacing_rate))
		sk->sk_pacing_rate = rate;
}

SEC("struct_ops")
void model_init(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct model *ca = PRIVATE(tp, model);
	struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	u32 rtt = max32(tp->srtt_us >> 3, 1000);

	__builtin_memset(ca, 0, sizeof(*ca));
	ca->least_rtt = ~0u;
	ca->rtt_seen = tp->tcp_mstamp;
	ca->round_ends = tp->delivered;
	sk->sk_pacing_status = PACING_NEEDED;
	sk->sk_pacing_rate = ((u64)tp->snd_cwnd * tp->mss_cache * 1000000 / rtt) * STARTUP_GAIN >> 8;
}

ALWAYS_INLINE void learn_rate(struct tcp_sock *tp, struct model *ca, const struct rate_sample *rs, bool new_round)
{
	u64 rate;

	if (rs->delivered <= 0 || rs->interval_us <= 0)
		return;
	rate = ((u64)(u32)rs->delivered << RATE_SHIFT) / (u64)rs->interval_us;
	if (new_round && ++ca->rounds_kept >= MEMORY / 2) {
		ca->older_rate = ca->rate;
		ca->rate = 0;
		ca->rounds_kept = 0;
	}
	if (!rs->is_app_limited || rate >= greatest(ca))
		ca->rate = max32(ca->rate, rate);
}

/* After three rounds that were hardly faster the path is full. */
ALWAYS_INLINE void check_full(struct model *ca)
{
	if (greatest(ca) >= ca->full_rate + ca->full_rate / 4) {
		ca->full_rate = greatest(ca);
		ca->full_rounds = 0;
	} else if (++ca->full_rounds >= FULL_ROUNDS) {
		ca->mode = DRAIN;
	}
}

ALWAYS_INLINE void learn_rtt(struct tcp_sock *tp, struct model *ca, const struct rate_sample *rs)
{
	u32 now = tp->tcp_mstamp;
	bool old = (s32)(now - ca->rtt_seen) > RTT_LIFE_US;

	if (rs->rtt_us >= 0 && (rs->rtt_us <= ca->least_rtt || old)) {
		ca->least_rtt = max32(rs->rtt_us, 1);
		ca->rtt_seen = now;
	}
	if (old && ca->mode == CRUISE) {
		ca->mode = PROBE;
		ca->cwnd_before = tp->snd_cwnd;
		ca->probe_ends = 0;
	}
	if (ca->mode != PROBE)
		return;
	if (ca->probe_ends == 0 && in_flight(tp) <= PROBE_CWND)
		ca->probe_ends = (now + PROBE_US) | 1;
	else if (ca->probe_ends && (s32)(now - ca->probe_ends) > 0) {
		ca->mode = CRUISE;
		ca->rtt_seen = now;
		tp->snd_cwnd = max32(tp->snd_cwnd, ca->cwnd_before);
	}
}

/* One round trip faster, one slower, six at the model's rate. */
ALWAYS_INLINE u32 cycle_gain(struct tcp_sock *tp, struct model *ca)
{
	u32 now = tp->tcp_mstamp;

	if ((s32)(now - ca->cycle_start) > (s32)ca->least_rtt) {
		ca->cycle_start = now;
		ca->phase = (ca->phase + 1) % CYCLE;
	}
	return ca->phase == 0 ? UNIT * 5 / 4 : ca->phase == 1 ? UNIT * 3 / 4 : UNIT;
}

/*
 * Until 6.10 there were two arguments. Each version has its own read, because the verifier refuses reads of the context
 * at a variable offset.
 */
ALWAYS_INLINE const struct rate_sample *sample_of(u64 *ctx)
{
	u64 rs;

	if (LINUX_KERNEL_VERSION >= 0x060a00)
		asm volatile("%0 = *(u64 *)(%1 + 24)" : "=r"(rs) : "r"(ctx));
	else
		asm volatile("%0 = *(u64 *)(%1 + 8)" : "=r"(rs) : "r"(ctx));
	return (void *)rs;
}

SEC("struct_ops")
void model_cong_control(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct model *ca = PRIVATE(tp, model);
	const struct rate_sample *rs = sample_of(ctx);
	u32 gain = UNIT, target, cwnd = tp->snd_cwnd;
	bool new_round = rs->delivered > 0 && (s32)(rs->prior_delivered - ca->round_ends) >= 0;

	if (new_round)
		ca->round_ends = tp->delivered;
	learn_rate(tp, ca, rs, new_round);
	learn_rtt(tp, ca, rs);
	if (ca->mode == STARTUP && new_round && !rs->is_app_limited)
		check_full(ca);
	if (ca->mode == DRAIN && in_flight(tp) <= fitting(ca, UNIT)) {
		ca->mode = CRUISE;
		ca->phase = 2;
		ca->cycle_start = tp->tcp_mstamp;
	}
	if (ca->mode == STARTUP)
		gain = STARTUP_GAIN;
	else if (ca->mode == DRAIN)
		gain = DRAIN_GAIN;
	else if (ca->mode == CRUISE)
		gain = cycle_gain(tp, ca);
	set_pace(tp, ca, gain);

	target = fitting(ca, ca->mode == CRUISE ? CRUISE_GAIN : STARTUP_GAIN);
	if (ca->mode == STARTUP)
		cwnd = cwnd < target || tp->delivered < 10 ? cwnd + rs->acked_sacked : cwnd;
	else
		cwnd = min32(cwnd + rs->acked_sacked, target);
	if (ca->mode == PROBE)
		cwnd = min32(cwnd, PROBE_CWND);
	tp->snd_cwnd = min32(max32(cwnd, PROBE_CWND), tp->snd_cwnd_clamp);
}

SEC("struct_ops")
u32 model_ssthresh(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);

	PRIVATE(tp, model)->cwnd_before = tp->snd_cwnd;
	return tp->snd_ssthresh;
}

SEC("struct_ops")
u32 model_undo_cwnd(u64 *ctx)
{
	return SOCK(ctx)->snd_cwnd;
}

SEC(".struct_ops")
struct tcp_congestion_ops model = {
	.init = (void *)model_init,
	.cong_control = (void *)model_cong_control,
	.ssthresh = (void *)model_ssthresh,
	.undo_cwnd = (void *)model_undo_cwnd,
	.name = "c_model",
};
