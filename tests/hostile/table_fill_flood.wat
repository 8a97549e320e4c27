;; Fills a table of the most entries over and over.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (table $table 4096 funcref)
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (func (export "vb_call") (param i32 i32) (result i64)
    (loop $more
      (table.fill $table (i32.const 0) (ref.null func) (i32.const 4096))
      (br $more))
    (unreachable))
)
