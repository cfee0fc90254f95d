//! Templates in the language of Go's `text/template`, byte for byte as Go 1.27 carries them out.
//!
//! The ready-made crates know one sort of text, print numbers as Rust does and have none of `fmt`: what they would make of the
//! templates of an adopted fleet differs from what is in its secrets, and each difference would be a new password.

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
