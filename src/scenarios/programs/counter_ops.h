/*
 * A struct_ops type that no kernel has.
 * Each struct with function pointers
 * becomes one. The value struct around
 * it is made as the kernel's macro does,
 * unless it is declared here: as struct
 * bpf_struct_ops_counter_ops.
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
