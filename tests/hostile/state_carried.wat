;; Marks a global and its memory, and traps if it finds a mark of the call before.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (global $mark (mut i32) (i32.const 0))
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (if (i32.or (global.get $mark) (i32.load (i32.const 60000))) (then (unreachable)))
    (global.set $mark (i32.const 1))
    (i32.store (i32.const 60000) (i32.const 1))
    (i64.const 9))
)
