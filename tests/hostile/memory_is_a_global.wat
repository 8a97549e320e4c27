;; Exports a number under the name of its memory.
(module
  (memory 1)
  (global (export "memory") i32 (i32.const 0))
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (i64.const 9))
)
