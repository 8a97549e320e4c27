;; Fills its whole memory over and over: each fill is one instruction, and costs as little fuel.
(module
  (memory (export "memory") 256)
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (loop $more
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x1000000))
      (br $more))
    (unreachable))
)
