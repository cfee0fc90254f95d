//! Tera templates: the language for new ones.
//!
//! Tera keeps maps in a hash table, in another order in each process, unless it is built with `preserve_order`; and `group_by` does so
//! even then. With that feature, with data that is inserted in the order of its keys, and with a `group_by` of our own, no order depends on chance.

mod filters;
mod worker;

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    time::{Duration, Instant},
};

use super::{Buffer, Fault, FaultClass, Functions};
use crate::backend::secrets::Text;
use worker::{Call, Message, Stopped};

/// How long a template may go on without printing or calling anything in the end: Tera itself has no limit.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes what a template says. It can read no file and no variable of the environment, and knows no time.
pub fn make(text: &Text, functions: &mut dyn Functions) -> Result<Buffer, Fault> {
    let (sender, messages) = mpsc::sync_channel(0);
    worker::start(text, sender)?;
    let mut failed = None;
    let mut secret_was_read = false;
    let mut left = PATIENCE;
    loop {
        let started = Instant::now();
        let message = messages.recv_timeout(left);
        left = left.saturating_sub(started.elapsed());
        match message {
            Ok(Message::Call(call, answer)) => {
                secret_was_read |= matches!(call, Call::Read(_));
                let result = carried_out(call, functions);
                let reply = result.map_err(|fault| {
                    failed.get_or_insert(fault);
                });
                // If nobody waits for it any more, the end of the template is the next to be heard.
                let _ = answer.send(reply.ok());
            }
            Ok(Message::Done(result)) => {
                return result.map_err(|stopped| told(stopped, failed, secret_was_read));
            }
            Err(RecvTimeoutError::Timeout) => {
                let seconds = PATIENCE.as_secs();
                return Err(Fault::execution(format!(
                    "the template does not end: {seconds} seconds are over"
                )));
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Fault::execution("Tera crashed over the template"));
            }
        }
    }
}

fn carried_out(call: Call, functions: &mut dyn Functions) -> Result<Buffer, Fault> {
    let mut text = Buffer::new();
    match call {
        Call::Read(name) => text.extend(functions.read_secret(&name)?.bytes()),
        Call::Bcrypt(password, cost) => text.extend(functions.bcrypt(password.bytes(), cost)?.as_bytes()),
        Call::Argon2id(password, cost) => text.extend(functions.argon2id(password.bytes(), cost)?.as_bytes()),
        Call::Random(charsets, length) => return random(&charsets, length, functions),
    }
    Ok(text)
}

fn random(charsets: &[String], length: usize, functions: &mut dyn Functions) -> Result<Buffer, Fault> {
    let charsets = charsets.iter().map(|charset| (charset.clone(), true)).collect();
    let characters = super::random::characters(&charsets)?;
    functions.random(&characters, length)
}

/// What is told of a template that failed. Tera's messages quote values: after a secret was read, only those that can't are told.
fn told(stopped: Stopped, failed: Option<Fault>, secret_was_read: bool) -> Fault {
    let Stopped { class, place, what } = stopped;
    let at = place.map(|(line, column)| format!("line {line}, column {column}: ")).unwrap_or_default();
    if let Some(fault) = failed {
        return Fault { what: format!("{at}{}", fault.what), ..fault };
    }
    let undefined = what.find("is not defined").map(|end| &what[..end + "is not defined".len()]);
    let what = match (class == FaultClass::Execution && secret_was_read, undefined) {
        (true, Some(undefined)) => undefined,
        (true, None) => "the template failed; why is not told, since it could quote a secret",
        (false, _) => &what,
    };
    Fault::new(class, format!("{at}{what}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::backend::secrets::engines::{Dialect, outline::StandIns};

    fn rendered(content: &str) -> Result<String, Fault> {
        let data = json!({"z": {"b": 1, "a": 2, "c": 3.5}, "list": [{"k": "y", "n": 1}, {"k": "x", "n": 2}, {"k": "y", "n": 3}]});
        let text = Text { content: content.to_owned(), data };
        let mut functions = StandIns::beside(content, Dialect::Mended);
        make(&text, &mut functions).map(|text| String::from_utf8(text.bytes().to_vec()).unwrap())
    }

    #[test]
    fn maps_are_in_the_order_of_their_keys() {
        assert_eq!(rendered("{% for k, v in z %}{{ k }}={{ v }};{% endfor %}").unwrap(), "a=2;b=1;c=3.5;");
        assert_eq!(rendered("{{ z | keys | join(sep=',') }}").unwrap(), "a,b,c");
        let groups = "{% for k, v in list | group_by(attribute='k') %}{{ k }}:{{ v | length }} {% endfor %}";
        assert_eq!(rendered(groups).unwrap(), "x:1 y:2 ");
    }

    #[test]
    fn what_is_undefined_is_a_mistake() {
        for content in ["{{ nope }}", "{{ z.nope }}", "{{ nope.nope }}", "{% for a in nope %}{% endfor %}"] {
            assert_eq!(rendered(content).unwrap_err().class, FaultClass::Execution, "{content}");
        }
        assert_eq!(rendered("{{ nope(a=1) }}").unwrap_err().class, FaultClass::UnknownFunction);
        for content in ["{{ z", "{% if z %}", "{% endif %}", "{% include 'a' %}", "{{ 'a' | nope }}"] {
            assert!(rendered(content).is_err(), "{content}");
        }
    }

    #[test]
    fn nothing_is_escaped_but_what_is_asked_for() {
        let shown =
            rendered("{{ '<&>' }} {{ 'é' | base64 }} {{ '' | sha256 }} {{ z | json_encode }}").unwrap();
        let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(shown, format!("<&> w6k= {hash} {{\"a\":2,\"b\":1,\"c\":3.5}}"));
    }

    #[test]
    fn the_world_can_t_be_asked() {
        for content in [
            "{{ get_env(name='HOME') }}",
            "{{ now() }}",
            "{{ get_random(end=9) }}",
            "{% extends '/etc/passwd' %}",
        ] {
            assert!(rendered(content).is_err(), "{content}");
        }
    }

    #[test]
    fn no_message_quotes_a_secret() {
        let mark = StandIns::beside("", Dialect::Mended).read_secret("a").unwrap();
        let mark = String::from_utf8_lossy(&mark.bytes()[..3]).into_owned();
        for content in [
            "{{ throw(message=read_secret(name='a')) }}",
            "{{ read_secret(name='a') | int }}",
            "{{ read_secret(name=read_secret(name='a')) }}",
            "{% set m = {read_secret(name='a'): 1} %}{{ m.nope }}",
        ] {
            let fault = rendered(content).unwrap_err();
            assert!(!fault.what.contains(&mark), "{content}: {}", fault.what);
        }
    }
}
