;; Calls itself for ever.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (func $deeper (param i64 i64 i64 i64) (result i64)
    (i64.add (i64.const 1) (call $deeper (local.get 3) (local.get 0) (local.get 1) (local.get 2))))
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (call $deeper (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)))
)
