/*
 * A struct_ops type that no kernel has. Each struct
 * with function pointers becomes one; the value
 * struct around it is generated, as the kernel's
 * macro would. Restart, and programs can implement it.
 */
struct counter {
	u32 value;
	u32 steps;
};

struct counter_ops {
	int (*step)(struct counter *counter, int by);
	u32 (*scale)(u32 value);
	void (*reset)(struct counter *counter);
	char name[16];
};
