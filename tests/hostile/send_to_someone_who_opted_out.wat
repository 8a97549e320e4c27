;; Sends to a person who has opted out: refused (-4), whatever else is granted.
(module
  (import "verbatim" "twilio_create_message" (func $twilio_create_message (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (data (i32.const 64) "{\"to\":\"+15550000001\",\"from\":\"+15550000002\",\"body\":\"Hi\"}")
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (if (i32.ne (call $twilio_create_message (i32.const 64) (i32.const 55)) (i32.const -4)) (then (unreachable)))
    (i64.const 9))
)
