//! The senders of a template's environments: each well-formed, and a test never from the number
//! that customers know.

use alloc::format;
use alloc::vec::Vec;

use crate::diagnostic::quote;
use crate::{Code, Diagnostic, Environment, Part, Sender, TextRange};

/// What there is to say of them, in the order of the environments.
pub(crate) fn senders(given: &[(Environment, &str)]) -> Vec<Diagnostic> {
    let live = given.iter().find(|(environment, _)| *environment == Environment::Live);
    let mut said = Vec::new();
    for &(environment, sender) in given {
        let part = Part::Sender(environment);
        let finding = |code: Code, message| Diagnostic {
            code,
            severity: code.severity(),
            part,
            message,
            range: TextRange::whole(sender),
            fixes: Vec::new(),
        };
        if let Err(refusal) = Sender::new(sender) {
            let message = format!("the sender of `{environment}`: {}", refusal.message);
            said.push(finding(refusal.code, message));
        } else if environment != Environment::Live && live.is_some_and(|&(_, live)| live == sender)
        {
            let message = format!(
                "`{environment}` sends from {}, the sender of `live`: expected one of its own, so \
                 that a test never goes out from it",
                quote(sender)
            );
            said.push(finding(Code::SharedSender, message));
        }
    }
    said
}
