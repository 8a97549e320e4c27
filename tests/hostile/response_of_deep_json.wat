;; Answers with 60,000 opening brackets, which nobody may follow down.
(module
  (memory (export "memory") 2)
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (memory.fill (i32.const 65536) (i32.const 0x5b) (i32.const 60000))
    (i64.const 0x0001_0000_0000_ea60))
)
