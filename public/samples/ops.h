/*
 * The kernel types that the samples need: some members of structs, by name. Their offsets are filled in when a program
 * is loaded (CO-RE), so the same object runs on every kernel that has these members.
 */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;
typedef long long s64;
typedef u8 bool;

#define SEC(name) __attribute__((section(name), used))
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define KCONFIG __attribute__((section(".kconfig")))
/* members of .maps: a number is the length of an array, a type is the target of a pointer */
#define NUMBER(name, value) int(*name)[value]
#define TYPE(name, ...) __VA_ARGS__ *name

#define PRIVATE_BYTES 104
#define INFINITE_SSTHRESH 0x7fffffff

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct sock_common {
	u16 skc_num;
};

struct sock {
	struct sock_common __sk_common;
	u32 sk_pacing_status;
	unsigned long sk_pacing_rate;
};

struct inet_sock {
	struct sock sk;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	u64 icsk_ca_priv[PRIVATE_BYTES / 8];
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	u32 snd_cwnd;
	u32 snd_cwnd_cnt;
	u32 snd_cwnd_clamp;
	u32 snd_ssthresh;
	u32 snd_nxt;
	u32 snd_una;
	u32 prior_cwnd;
	u32 packets_out;
	u32 max_packets_out;
	u32 sacked_out;
	u32 lost_out;
	u32 retrans_out;
	u32 srtt_us;
	u32 mss_cache;
	u32 delivered;
	u32 delivered_ce;
	u64 tcp_mstamp;
	u8 is_cwnd_limited : 1;
};

struct ack_sample {
	u32 pkts_acked;
	s32 rtt_us;
	u32 in_flight;
};

struct rate_sample {
	u32 prior_delivered;
	s32 delivered;
	long interval_us;
	long rtt_us;
	int losses;
	u32 acked_sacked;
	bool is_app_limited;
};

/* the loader skips members that the kernel lacks if they are zero; the verifier checks prototypes */
struct tcp_congestion_ops {
	u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	void (*set_state)(struct sock *sk, u8 new_state);
	void (*cwnd_event)(struct sock *sk, u32 event);
	void (*in_ack_event)(struct sock *sk, u32 flags);
	void (*pkts_acked)(struct sock *sk, const struct ack_sample *sample);
	void (*cong_control)(struct sock *sk, u32 ack, int flag, const struct rate_sample *rs);
	u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
	u32 flags;
	void (*init)(struct sock *sk);
	void (*release)(struct sock *sk);
};

#pragma clang attribute pop

enum { CA_OPEN, CA_DISORDER, CA_CWR, CA_RECOVERY, CA_LOSS };
enum { PACING_NONE, PACING_NEEDED };

/* The trampoline stores a member's arguments as an array of u64, and passes its address to the program. */
#define SOCK(ctx) ((struct tcp_sock *)(ctx)[0])
#define PRIVATE(tp, type) ((struct type *)(tp)->inet_conn.icsk_ca_priv)

ALWAYS_INLINE u32 min32(u32 a, u32 b)
{
	return a < b ? a : b;
}

ALWAYS_INLINE u32 max32(u32 a, u32 b)
{
	return a > b ? a : b;
}

/* Reads a bitfield at the place that the loading kernel has for it. */
#define BITS(from, member)                                                                          \
	({                                                                                          \
		const char *_at = (const char *)(from) + __builtin_preserve_field_info((from)->member, 0); \
		u64 _word = 0;                                                                      \
		switch (__builtin_preserve_field_info((from)->member, 1)) {                         \
		case 1: _word = *(const u8 *)_at; break;                                            \
		case 2: _word = *(const u16 *)_at; break;                                           \
		case 4: _word = *(const u32 *)_at; break;                                           \
		case 8: _word = *(const u64 *)_at; break;                                           \
		}                                                                                   \
		_word <<= __builtin_preserve_field_info((from)->member, 4);                         \
		_word >> __builtin_preserve_field_info((from)->member, 5);                          \
	})

ALWAYS_INLINE bool in_slow_start(struct tcp_sock *tp)
{
	return tp->snd_cwnd < tp->snd_ssthresh;
}

/* Whether the window limits the sender: only then may it grow. */
ALWAYS_INLINE bool window_is_used(struct tcp_sock *tp)
{
	if (BITS(tp, is_cwnd_limited))
		return 1;
	return in_slow_start(tp) && tp->snd_cwnd < 2 * tp->max_packets_out;
}

/* Adds a packet per acknowledged packet, up to ssthresh; returns the remaining acknowledged packets. */
ALWAYS_INLINE u32 slow_start(struct tcp_sock *tp, u32 acked)
{
	u32 room = tp->snd_ssthresh - tp->snd_cwnd;
	u32 grow = min32(acked, room);

	tp->snd_cwnd = min32(tp->snd_cwnd + grow, tp->snd_cwnd_clamp);
	return acked - grow;
}

/* Adds a packet per `every` acknowledged packets. */
ALWAYS_INLINE void grow_every(struct tcp_sock *tp, u32 every, u32 acked)
{
	u32 count = tp->snd_cwnd_cnt;
	u32 cwnd = tp->snd_cwnd;

	if (every == 0)
		every = 1;
	/* credit collected for a larger `every` is used at once when it gets smaller */
	if (count >= every) {
		count = 0;
		cwnd++;
	}
	count += acked;
	if (count >= every) {
		cwnd += count / every;
		count %= every;
	}
	tp->snd_cwnd_cnt = count;
	tp->snd_cwnd = min32(cwnd, tp->snd_cwnd_clamp);
}

ALWAYS_INLINE u32 in_flight(struct tcp_sock *tp)
{
	return tp->packets_out - (tp->sacked_out + tp->lost_out) + tp->retrans_out;
}

/* Returns the window to restore after a spurious loss. */
ALWAYS_INLINE u32 window_before(struct tcp_sock *tp)
{
	return max32(tp->snd_cwnd, tp->prior_cwnd);
}

char LICENSE[] SEC("license") = "GPL";
