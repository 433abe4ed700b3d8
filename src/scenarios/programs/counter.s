; Implements counter_ops of types.h.
; Its member reset is left out: a call
; of it is refused.

.struct_ops counter_ops
.name "counter"
.license "GPL"

; int step(counter, by): adds, and
; answers the new value.
.section struct_ops/step
counter_step:
  r6 = *(u64 *)(r1 + 0)     ; counter
  w2 = *(u32 *)(r1 + 8)     ; by
  w0 = *(u32 *)(r6 + counter.value)
  w0 += w2
  *(u32 *)(r6 + counter.value) = w0
  w3 = *(u32 *)(r6 + counter.steps)
  w3 += 1
  *(u32 *)(r6 + counter.steps) = w3
  exit

; u32 scale(value): three times as much.
.section struct_ops/scale
counter_scale:
  w0 = *(u32 *)(r1 + 0)
  w0 *= 3
  exit
