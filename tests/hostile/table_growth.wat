;; Grows a table until there is no more, and traps then.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (table $table 1 funcref)
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (loop $more
      (br_if $more
        (i32.ne (table.grow $table (ref.null func) (i32.const 1024)) (i32.const -1))))
    (unreachable))
)
