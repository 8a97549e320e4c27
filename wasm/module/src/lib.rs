//! The built module.
