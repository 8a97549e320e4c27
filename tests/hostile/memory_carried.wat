;; Grows its memory, writes to the far end, and traps if it finds what the call before wrote.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (if (i32.eq (memory.grow (i32.const 255)) (i32.const -1)) (then (unreachable)))
    (if (i32.load (i32.const 16777212)) (then (unreachable)))
    (i32.store (i32.const 16777212) (i32.const 1))
    (i64.const 9))
)
