;; Logs escape codes, line ends and what is no UTF-8 under an unknown level.
(module
  (import "verbatim" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (data (i32.const 64) "\1b[2J\r\nfake line\ff")
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (call $log (i32.const 1) (i32.const 64) (i32.const 15))
    (call $log (i32.const -7) (i32.const 64) (i32.const 16))
    (i64.const 9))
)
