;; Gives a response with a surrogate half, which UTF-8 does not have.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "\22\ed\a0\80\22\22\22\22\22")
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (i64.const 9))
)
