;; Hands the host one byte more than 64 KiB: refused (-3).
(module
  (import "verbatim" "opt_out_lookup" (func $opt_out_lookup (param i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "{\"ok\":{}}")
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (if (i32.ne (call $opt_out_lookup (i32.const 0) (i32.const 65537)) (i32.const -3)) (then (unreachable)))
    (i64.const 9))
)
