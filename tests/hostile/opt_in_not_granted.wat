;; Opts a person in again whose consent it may not record (-1).
(module
  (import "verbatim" "opt_out_record" (func $opt_out_record (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (data (i32.const 64) "{\"recipient\":\"+15550000001\",\"sender\":\"+15550000002\",\"action\":\"opt_in\",\"keyword\":\"START\",\"matched\":\"YES\"}")
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (if (i32.ne (call $opt_out_record (i32.const 64) (i32.const 104)) (i32.const -1)) (then (unreachable)))
    (i64.const 9))
)
