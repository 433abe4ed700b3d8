/*
 * The value struct around counter_ops, as
 * this page lets a type declare it: beside
 * what the kernel puts there, an init that
 * the subsystem runs when the value is given,
 * before anything is registered.
 */
struct counter {
	u32 value;
	u32 steps;
};

struct counter_ops {
	int (*step)(struct counter *counter,
		    int by);
	u32 (*scale)(u32 value);
	void (*reset)(struct counter *counter);
	char name[16];
};

struct bpf_struct_ops_counter_ops {
	struct bpf_struct_ops_common_value common;
	struct counter_ops data;
	int (*init)(struct counter_ops *data);
};
