//! What the tests share.

pub mod bench;
pub mod chromium;
pub mod corpus;
#[cfg(feature = "crash")]
pub mod crash;
#[cfg(feature = "sandbox")]
pub mod fuzz;
#[cfg(feature = "sandbox")]
pub mod generated;
pub mod granted;
#[cfg(feature = "sandbox")]
pub mod hostile;
#[cfg(feature = "crash")]
pub mod load;
pub mod oracle;
#[cfg(feature = "sandbox")]
mod random;
#[cfg(feature = "sandbox")]
pub mod simulator;
