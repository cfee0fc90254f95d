//! What the fleet declares of its secrets, understood: how each is made, and who may read it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Generation, SecretName, digest::Digest, seal::Recipients};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    fleet::nearest,
    model::{HostName, KeyHolder, Mount, Secret, SecretReader, Secrets},
};

/// The engine of secrets that are entered by hand.
pub const MANUAL: &str = "manual";

/// All that is declared.
#[derive(Debug)]
pub struct Declared {
    /// The secrets.
    pub secrets: BTreeMap<SecretName, Declaration>,
    /// Those whose names can't be, with the reason.
    pub impossible: Vec<(Secret, Error)>,
    /// The admins' keys.
    pub admins: BTreeSet<String>,
    holders: BTreeMap<String, KeyHolder>,
}

/// A secret, as it is declared.
#[derive(Debug)]
pub struct Declaration {
    /// How it is declared, in Nix's words.
    pub declared: Secret,
    /// How it is made; `None`: entered by hand.
    pub generation: Option<Generation>,
    /// The digest of that, which changes when it does.
    pub definition: Digest,
    /// The hosts on which it is mounted.
    pub hosts: BTreeSet<HostName>,
    /// Who should be able to read it.
    pub recipients: BTreeSet<String>,
    /// The same as the reference generator counts them: once for each mount.
    pub counted: Vec<String>,
    /// Why nothing can be done about it.
    pub problem: Option<String>,
}

impl Declared {
    /// Understands what Nix says. Where there are secrets but no good key of an admin, there is nobody to encrypt them to, and that is an error.
    pub fn of(secrets: &Secrets) -> Result<Self> {
        let admins = keys(&secrets.admin_keys)?;
        if admins.is_empty() && !secrets.secrets.is_empty() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "no admin's key is defined, so there is nobody to encrypt to",
            )
            .hint("define x.global.agenix.adminKeys: the public keys of those who may read every secret"));
        }
        let host_keys: BTreeMap<&str, Result<Vec<String>>> =
            secrets.host_keys.iter().map(|(host, texts)| (host.as_str(), keys(texts))).collect();
        let mut holders = BTreeMap::new();
        for (host, keys) in &host_keys {
            if let (Ok(host), Ok(keys)) = (host.parse::<HostName>(), keys) {
                holders.extend(keys.iter().map(|key| (key.clone(), KeyHolder::Host(host.clone()))));
            }
        }
        holders.extend(admins.iter().map(|key| (key.clone(), KeyHolder::Admin)));
        let mut declared = Self {
            secrets: BTreeMap::new(),
            impossible: Vec::new(),
            admins: admins.iter().cloned().collect(),
            holders,
        };
        let mut mounts = BTreeMap::<&str, Vec<&Mount>>::new();
        let mut lost = Vec::new();
        for mount in &secrets.mounts {
            match &mount.secret {
                Some(secret) => mounts.entry(secret).or_default().push(mount),
                None => lost.push(mount.name.as_str()),
            }
        }
        for secret in &secrets.secrets {
            match secret.name.parse::<SecretName>() {
                Ok(name) => {
                    let mounts = mounts.get(secret.name.as_str()).map_or(&[][..], Vec::as_slice);
                    let mut declaration = Declaration::of(secret, &admins, mounts, &host_keys);
                    if declaration.problem.is_none() && !lost.is_empty() {
                        declaration.problem = Some(format!(
                            "which secret the mount {:?} is of does not evaluate, so it isn't known who should read it",
                            lost[0]
                        ));
                    }
                    declared.secrets.insert(name, declaration);
                }
                Err(error) => declared.impossible.push((secret.clone(), error)),
            }
        }
        Ok(declared)
    }

    /// Whose a key is.
    #[must_use]
    pub fn reader(&self, key: &str) -> SecretReader {
        SecretReader { key: key.to_owned(), who: self.holders.get(key).cloned() }
    }

    /// The declared name that is most like another.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.secrets.keys().map(SecretName::as_str))
    }

    /// A declared secret. An unknown one is an error that names the nearest.
    pub fn get(&self, name: &SecretName) -> Result<&Declaration> {
        self.secrets.get(name).ok_or_else(|| {
            let error =
                Error::new(ErrorKind::Usage, format!("there is no secret {:?} in this fleet", name.as_str()));
            match self.nearest(name.as_str()) {
                Some(guess) => error.hint(format!("did you mean {guess:?}?")),
                None => error.hint("`steading secrets` lists them"),
            }
        })
    }
}

impl Declaration {
    fn of(
        secret: &Secret,
        admins: &[String],
        mounts: &[&Mount],
        host_keys: &BTreeMap<&str, Result<Vec<String>>>,
    ) -> Self {
        let (generation, mut problem) = match generation(secret) {
            Ok(generation) => (generation, None),
            Err(why) => (None, Some(why)),
        };
        let mut hosts = BTreeSet::new();
        let mut counted = admins.to_vec();
        for mount in mounts {
            match recipients_of(mount, host_keys) {
                Ok((host, keys)) => {
                    hosts.insert(host);
                    counted.extend_from_slice(keys);
                }
                Err(why) => problem = problem.or(Some(why)),
            }
        }
        Self {
            declared: secret.clone(),
            definition: definition(&secret.engine, generation.as_ref()),
            generation,
            hosts,
            recipients: counted.iter().cloned().collect(),
            counted,
            problem,
        }
    }

    /// Whether it is entered by hand.
    #[must_use]
    pub fn is_manual(&self) -> bool {
        self.generation.is_none()
    }

    /// Whether the same entropy makes the same value.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        !matches!(self.generation, None | Some(Generation::Script(_)))
    }
}

/// Public keys, each in its one form.
fn keys(texts: &[String]) -> Result<Vec<String>> {
    let mut keys = Vec::new();
    for text in texts {
        keys.extend(Recipients::parse([text.as_str()])?.keys().map(str::to_owned));
    }
    Ok(keys)
}

/// Who is to read a secret because of a mount, or why that isn't known.
fn recipients_of<'a>(
    mount: &Mount,
    host_keys: &'a BTreeMap<&str, Result<Vec<String>>>,
) -> Result<(HostName, &'a [String]), String> {
    let Some(host) = &mount.host else {
        return Err(format!("the host of its mount {:?} does not evaluate", mount.name));
    };
    let name = host.parse::<HostName>().map_err(|error| format!("its mount {:?}: {error}", mount.name))?;
    match host_keys.get(host.as_str()) {
        Some(Ok(keys)) if !keys.is_empty() => Ok((name, keys)),
        Some(Err(error)) => Err(format!("it is mounted on {host}, whose key can't be used: {}", error.what)),
        _ => Err(format!(
            "it is mounted on {host}, of which no public key is known (`steading adopt {host}` scans it)"
        )),
    }
}

/// How a secret is made; `None`: it is entered by hand.
fn generation(secret: &Secret) -> Result<Option<Generation>, String> {
    if secret.engine == MANUAL {
        return Ok(None);
    }
    if let Some(problem) = &secret.problem {
        return Err(problem.clone());
    }
    if secret.generation.is_null() {
        return Err("its generation does not evaluate".to_owned());
    }
    let tagged = Map::from_iter([(secret.engine.clone(), secret.generation.clone())]);
    serde_json::from_value(Value::Object(tagged))
        .map(Some)
        .map_err(|error| format!("its generation makes no sense: {error}"))
}

/// The digest of a definition. What isn't set is left out of it, so that an option that comes with a later version changes nobody's.
fn definition(engine: &str, generation: Option<&Generation>) -> Digest {
    let value = generation.map(|generation| serde_json::to_value(generation).unwrap_or_default());
    let mut text = format!("{engine}\n");
    canonical(&value.unwrap_or_default(), true, &mut text);
    Digest::of(text.as_bytes())
}

/// JSON in one form: keys in bytewise order, no spaces, and down to the fields of the generation nothing that is null.
fn canonical(value: &Value, leave_out_null: bool, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> =
                fields.iter().filter(|(_, value)| !(leave_out_null && value.is_null())).collect();
            text.push('{');
            for (index, (key, value)) in fields.into_iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                canonical(value, leave_out_null && key != "data" && key != "content", text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                canonical(item, leave_out_null, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key() -> String {
        age::x25519::Identity::generate().to_public().to_string()
    }

    fn secrets(value: Value) -> Secrets {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn recipients_are_admins_and_hosts() {
        let (admin, gate, forge) = (key(), key(), key());
        let declared = Declared::of(&secrets(json!({
            "secrets": [
                { "name": "a", "engine": "random", "generation": { "length": 3, "charsets": { "numbers": true } }, "definedAt": null },
                { "name": "b", "engine": "manual", "generation": null, "definedAt": null },
            ],
            "mounts": [
                { "name": "a", "secret": "a", "host": "gate" },
                { "name": "a2", "secret": "a", "host": "gate" },
            ],
            "adminKeys": [format!("{admin} ada")],
            "hostKeys": { "gate": [gate, admin], "forge": [forge] },
        })))
        .unwrap();
        let a = &declared.secrets[&"a".parse().unwrap()];
        assert_eq!(a.recipients, BTreeSet::from([admin.clone(), gate.clone()]));
        assert_eq!(a.counted.len(), 5);
        assert_eq!((a.is_manual(), a.is_replayable(), &a.problem), (false, true, &None));
        let b = &declared.secrets[&"b".parse().unwrap()];
        assert_eq!((b.is_manual(), b.recipients.len()), (true, 1));
        assert_eq!(declared.reader(&admin).who, Some(KeyHolder::Admin));
        assert_eq!(declared.reader(&gate).who, Some(KeyHolder::Host("gate".parse().unwrap())));
        assert_eq!(declared.reader("x").who, None);
    }

    #[test]
    fn what_is_wrong_with_one_is_said_of_it() {
        let declared = Declared::of(&secrets(json!({
            "secrets": [
                { "name": "../a", "engine": "manual", "generation": null, "definedAt": null },
                { "name": "keyless", "engine": "manual", "generation": null, "definedAt": null },
                { "name": "bad", "engine": "manual", "generation": null, "definedAt": null },
                { "name": "odd", "engine": "random", "generation": { "length": -1 }, "definedAt": null },
                { "name": "unknown", "engine": "magic", "generation": {}, "definedAt": null },
                { "name": "fine", "engine": "manual", "generation": null, "definedAt": null },
            ],
            "mounts": [
                { "name": "a", "secret": "keyless", "host": "gate" },
                { "name": "b", "secret": "bad", "host": "forge" },
            ],
            "adminKeys": [key()],
            "hostKeys": { "gate": [], "forge": ["age1nonsense"] },
        })))
        .unwrap();
        assert_eq!(declared.impossible.len(), 1);
        let problem =
            |name: &str| declared.secrets[&name.parse().unwrap()].problem.clone().unwrap_or_default();
        assert!(problem("keyless").contains("mounted on gate"));
        assert!(problem("bad").contains("forge"));
        assert!(problem("odd").contains("makes no sense"));
        assert!(problem("unknown").contains("magic"));
        assert_eq!(problem("fine"), "");
        let unknown = declared.get(&"fin".parse().unwrap()).unwrap_err();
        assert_eq!(unknown.hint.unwrap(), "did you mean \"fine\"?");
    }

    #[test]
    fn without_an_admin_no_secret_goes() {
        let one = json!([{ "name": "a", "engine": "manual", "generation": null, "definedAt": null }]);
        let one = secrets(json!({ "secrets": one, "mounts": [], "adminKeys": [], "hostKeys": {} }));
        assert!(Declared::of(&one).unwrap_err().hint.unwrap().contains("adminKeys"));
        assert!(Declared::of(&Secrets::default()).unwrap().secrets.is_empty(), "a fleet may do without");
        assert!(
            Declared::of(&secrets(
                json!({ "secrets": [], "mounts": [], "adminKeys": ["x"], "hostKeys": {} })
            ))
            .is_err()
        );
    }

    #[test]
    fn a_mount_that_does_not_evaluate_keeps_all_from_changing() {
        let declared = Declared::of(&secrets(json!({
            "secrets": [{ "name": "a", "engine": "manual", "generation": null, "definedAt": null }],
            "mounts": [{ "name": "m" }],
            "adminKeys": [key()],
            "hostKeys": {},
        })))
        .unwrap();
        assert!(declared.secrets[&"a".parse().unwrap()].problem.as_ref().unwrap().contains("\"m\""));
    }

    #[test]
    fn a_definition_has_one_form() {
        let of = |value: Value| {
            let mut text = String::new();
            canonical(&value, true, &mut text);
            text
        };
        assert_eq!(
            of(json!({ "b": [1, { "z": null, "y": 1.5 }], "a": "\n" })),
            r#"{"a":"\n","b":[1,{"y":1.5}]}"#
        );
        assert_eq!(of(json!({ "json": { "content": { "a": null } } })), r#"{"json":{"content":{"a":null}}}"#);
    }
}
