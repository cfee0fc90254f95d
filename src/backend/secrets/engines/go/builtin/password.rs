//! The functions that the reference generator adds.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{formatted, whole};
use crate::backend::secrets::engines::{
    Fault, Functions,
    go::{format, value::Value},
    hash::Argon2id,
};

/// `readSecret NAME`.
pub fn read_secret(functions: &mut dyn Functions, values: &mut [Value]) -> Result<Value, Fault> {
    let name = std::str::from_utf8(values[0].bytes().unwrap_or_default())
        .map_err(|_| Fault::execution("the name of the secret is no text"))?;
    let text = functions.read_secret(name)?;
    Ok(Value::secret(text, functions.dialect()))
}

/// The text that is to be hashed: of what is no text, what would be printed.
pub fn plain(functions: &dyn Functions, value: &Value) -> Result<Value, Fault> {
    match value {
        Value::Text(_) | Value::Bytes(_) => Ok(value.clone()),
        other => formatted(format::sprint(functions.dialect(), std::slice::from_ref(other))),
    }
}

/// `hashBcrypt DATA ROUNDS`.
pub fn bcrypt(functions: &mut dyn Functions, values: &mut [Value]) -> Result<Value, Fault> {
    let data = plain(functions, &values[0])?;
    let hash = functions.bcrypt(data.bytes().unwrap_or_default(), whole(&values[1]).unwrap_or_default())?;
    Ok(Value::text(hash))
}

/// `hashArgon2id DATA MEMORY ITERATIONS PARALLELISM`.
pub fn argon2id(functions: &mut dyn Functions, values: &mut [Value]) -> Result<Value, Fault> {
    let data = plain(functions, &values[0])?;
    // What does not fit was refused when the arguments were looked at.
    let number = |index: usize| whole(&values[index]).unwrap_or_default();
    let cost = Argon2id {
        memory: u32::try_from(number(1)).unwrap_or_default(),
        iterations: u32::try_from(number(2)).unwrap_or_default(),
        parallelism: u8::try_from(number(3)).unwrap_or_default(),
    };
    let hash = functions.argon2id(data.bytes().unwrap_or_default(), cost)?;
    Ok(Value::text(hash))
}

/// `base64 DATA`: not in the reference.
pub fn base64(functions: &mut dyn Functions, values: &mut [Value]) -> Result<Value, Fault> {
    let data = plain(functions, &values[0])?;
    let encoded = Zeroizing::new(STANDARD.encode(data.bytes().unwrap_or_default()));
    Ok(Value::text(encoded.as_bytes()))
}
