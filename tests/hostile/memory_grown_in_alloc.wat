;; Gives room in a page that was not there before: honest, and the host looks again.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32)
    (drop (memory.grow (i32.const 1))) (i32.const 65536))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (if (i32.ne (i32.load8_u (local.get 0)) (i32.const 0x7b)) (then (unreachable)))
    (i64.const 9))
)
