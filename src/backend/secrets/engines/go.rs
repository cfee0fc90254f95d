//! Templates in the language of Go's `text/template`, byte for byte as Go 1.27 carries them out.
//!
//! No ready-made crate does: of 42 recorded cases `gtmpl` 0.7.1 answers 22 as Go does (maps come in another order each time, and it hangs on an action that
//! is not closed), `gotmpl` 0.6.1 40 (it takes `{{ if }}` without an end, and an end without `if`), `gtmpl-ng` 1.0.0 38 (no raw strings, other comparisons).
//! None of them tells bytes from text, which `readSecret` needs. Each difference would be a new password for somebody.

mod builtin;
mod constants;
mod execute;
pub mod format;
mod lexer;
mod literal;
mod node;
mod parser;
mod token;
pub mod unicode;
pub mod value;

use super::{Buffer, Dialect, Fault, FaultClass, Functions};
use crate::backend::secrets::Text;

pub use builtin::password;
pub use constants::constant_names;

/// Makes what a template says.
pub fn make(text: &Text, functions: &mut dyn Functions) -> Result<Buffer, Fault> {
    let dialect = functions.dialect();
    let is_function = match dialect {
        Dialect::Reference => builtin::is_known_to_reference,
        Dialect::Mended => builtin::is_known,
    };
    let template = parser::parse(&text.content, is_function)?;
    let data = value::Value::data(&text.data, dialect)
        .ok_or_else(|| Fault::new(FaultClass::Execution, "the data of a template is an object or null"))?;
    execute::execute(&template, &text.content, &data, functions)
}

#[cfg(test)]
mod tests;
