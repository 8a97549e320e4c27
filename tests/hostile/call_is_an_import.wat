;; Exports a function of JavaScript as `vb_call`.
(module
  (import "./verbatim_bg.js" "__wbg_call_0123456789abcdef" (func $call (param i32 i32) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"ok\":{}}")
  (func (export "verbatim_abi_1"))
  (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "vb_free") (param i32 i32))
  (export "vb_call" (func $call))
)
