; Names counter_ops and implements none of
; its members: init refuses to register it.

.struct_ops counter_ops
.name "nothing"
.license "GPL"
