/*
 * A Reno that reports what it does: counts in maps, data about a socket in its socket storage, each loss as a record in
 * a ring buffer and as a line in the trace.
 */
#include "ops.h"
#include "helpers.h"

#define BUCKETS 16
/* stays in the object's BTF, where tools can read it from the kernel */
#define NOTE(text) __attribute__((btf_decl_tag(text)))

struct loss {
	u64 time_ns;
	u32 cwnd;
	u32 losses;
};

struct seen {
	u32 losses;
	u32 greatest_cwnd NOTE("packets");
};

struct {
	NUMBER(type, MAP_RINGBUF);
	NUMBER(max_entries, 4096);
} losses SEC(".maps");

/* ACKs by window, eight packets per bucket */
struct {
	NUMBER(type, MAP_PERCPU_ARRAY);
	NUMBER(max_entries, BUCKETS);
	TYPE(key, u32);
	TYPE(value, u64);
} windows SEC(".maps");

/* calls of set_state by the new state */
struct {
	NUMBER(type, MAP_HASH);
	NUMBER(max_entries, 8);
	TYPE(key, u32);
	TYPE(value, u64);
} states SEC(".maps");

struct {
	NUMBER(type, MAP_SK_STORAGE);
	NUMBER(map_flags, NO_PREALLOC);
	TYPE(key, int);
	TYPE(value, struct seen);
} sockets SEC(".maps");

u64 acks;

static const char said[] = "loss %u at a window of %u";

SEC("struct_ops")
u32 watched_ssthresh(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct seen *seen = sk_storage_get(&sockets, tp, 0, CREATE);
	struct loss *loss;

	if (seen) {
		seen->losses++;
		trace_printk(said, sizeof(said), seen->losses, tp->snd_cwnd);
		loss = ringbuf_reserve(&losses, sizeof(*loss), 0);
		if (loss) {
			loss->time_ns = ktime_ns();
			loss->cwnd = tp->snd_cwnd;
			loss->losses = seen->losses;
			ringbuf_submit(loss, 0);
		}
	}
	return max32(tp->snd_cwnd / 2, 2);
}

SEC("struct_ops")
void watched_set_state(u64 *ctx)
{
	u32 state = (u8)ctx[1];
	u64 one = 1, *count = map_lookup(&states, &state);

	if (count)
		*count += 1;
	else
		map_update(&states, &state, &one, NO_EXIST);
}

SEC("struct_ops")
void watched_cong_avoid(u64 *ctx)
{
	struct tcp_sock *tp = SOCK(ctx);
	struct seen *seen = sk_storage_get(&sockets, tp, 0, CREATE);
	u32 acked = ctx[2], bucket = min32(tp->snd_cwnd / 8, BUCKETS - 1);
	u64 *count = map_lookup(&windows, &bucket);

	acks++;
	if (count)
		*count += 1;
	if (seen)
		seen->greatest_cwnd = max32(seen->greatest_cwnd, tp->snd_cwnd);
	if (!window_is_used(tp))
		return;
	if (in_slow_start(tp))
		acked = slow_start(tp, acked);
	if (acked)
		grow_every(tp, tp->snd_cwnd, acked);
}

SEC("struct_ops")
u32 watched_undo_cwnd(u64 *ctx)
{
	return window_before(SOCK(ctx));
}

SEC(".struct_ops")
struct tcp_congestion_ops watched NOTE("counts in maps of its own") = {
	.ssthresh = (void *)watched_ssthresh,
	.cong_avoid = (void *)watched_cong_avoid,
	.set_state = (void *)watched_set_state,
	.undo_cwnd = (void *)watched_undo_cwnd,
	.name = "c_watched",
};
