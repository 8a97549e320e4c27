;; Never returns, with more fuel than any clock has patience.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (loop $for_ever (br $for_ever)) (i64.const 9))
)
