;; Calls a function through the table as another type.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (type $number (func (result i64)))
  (table 1 funcref)
  (elem (i32.const 0) $nothing)
  (func $nothing)
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (call_indirect (type $number) (i32.const 0)))
)
