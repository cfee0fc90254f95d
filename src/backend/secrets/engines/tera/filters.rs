//! Filters that texts of configuration are in need of, and one of Tera's own without chance in it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use tera::{Error, Kwargs, Map, State, Tera, TeraResult, Value, value::Key};

/// Adds them.
pub fn register(tera: &mut Tera) {
    tera.register_filter("base64", |text: &str, _: Kwargs, _: &State| STANDARD.encode(text));
    tera.register_filter("sha256", |text: &str, _: Kwargs, _: &State| hex::encode(Sha256::digest(text)));
    tera.register_filter("json_encode", |value: Value, _: Kwargs, _: &State| {
        serde_json::to_string(&value).map_err(|_| Error::message("the value can't be written as JSON"))
    });
    tera.register_filter("group_by", group_by);
}

/// As Tera's own, but with the groups in the order of their keys.
#[allow(clippy::needless_pass_by_value, reason = "as filters are called")]
fn group_by(values: &[Value], arguments: Kwargs, _: &State) -> TeraResult<Map> {
    let attribute = arguments.must_get::<&str>("attribute")?;
    let mut groups = Vec::<(Value, Vec<Value>)>::new();
    for value in values {
        let key = value.get_from_path(attribute).ok_or_else(|| {
            Error::message(format!("Field `{attribute}` is not defined in all of the values"))
        })?;
        if key.is_none() {
            continue;
        }
        match groups.iter_mut().find(|(known, _)| known == key) {
            Some((_, group)) => group.push(value.clone()),
            None => groups.push((key.clone(), vec![value.clone()])),
        }
    }
    groups.sort_by(|(one, _), (other, _)| one.cmp(other));
    groups.into_iter().map(|(key, group)| Ok((key_of(&key)?, Value::from(group)))).collect()
}

fn key_of(value: &Value) -> TeraResult<Key<'static>> {
    let key = match (value.as_str(), value.as_i64(), value.as_bool()) {
        (Some(text), _, _) => Some(Key::from(text.to_owned())),
        (_, Some(number), _) => Some(Key::I64(number)),
        (_, _, Some(truth)) => Some(Key::Bool(truth)),
        _ => None,
    };
    key.ok_or_else(|| Error::message("groups are made by texts, whole numbers or truths"))
}
