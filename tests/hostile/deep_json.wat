;; Hands the host 60,000 opening brackets as its message: malformed (-2).
(module
  (import "verbatim" "twilio_create_message" (func $twilio_create_message (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (memory.fill (i32.const 64) (i32.const 0x5b) (i32.const 60000))
    (if (i32.ne (call $twilio_create_message (i32.const 64) (i32.const 60000)) (i32.const -2))
      (then (unreachable)))
    (i64.const 9))
)
