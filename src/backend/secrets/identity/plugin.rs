//! Plugins: programs called `age-plugin-NAME` that keep keys elsewhere, such as on a token.
//!
//! Keys come from the fleet, which others write too: a name in it must not be enough to have a program run. So only plugins that the operator allowed are.

use std::{
    collections::{BTreeSet, HashSet},
    env, fs, io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use age::{
    Callbacks, DecryptError, EncryptError,
    plugin::{IdentityPluginV1, Recipient, RecipientPluginV1},
    secrecy::{ExposeSecret as _, SecretString},
};
use age_core::format::{FileKey, Stanza};
use rustix::process::{Pid, Signal, kill_process};

use super::{
    ask::{Answer, Ask, Nobody, Question, tame},
    locked::Trouble,
};
use crate::backend::error::{Error, ErrorKind, Result};

/// How often it is looked whether the operator has stopped waiting for a plugin.
const LOOK: Duration = Duration::from_millis(100);
/// How long a plugin may take to end when it is told to.
const GRACE: Duration = Duration::from_millis(500);

/// The plugins that may be run, and who is asked what they want to know.
#[derive(Clone)]
pub struct Plugins {
    allowed: Arc<BTreeSet<String>>,
    ask: Arc<dyn Ask>,
}

impl Default for Plugins {
    /// None.
    fn default() -> Self {
        Self::new(BTreeSet::new(), Arc::new(Nobody))
    }
}

impl Plugins {
    /// Allows these, by the names in `age-plugin-NAME`.
    #[must_use]
    pub fn new(allowed: BTreeSet<String>, ask: Arc<dyn Ask>) -> Self {
        Self { allowed: Arc::new(allowed), ask }
    }

    /// An identity that a plugin understands.
    pub(super) fn identity(&self, identity: &age::plugin::Identity) -> Result<Box<Plugged>> {
        let name = identity.plugin();
        self.check(name)?;
        let (identities, asking) = (std::slice::from_ref(identity), self.asking(name));
        let plugin = IdentityPluginV1::new(name, identities, asking.clone()).map_err(|_| missing(name))?;
        Ok(Box::new(Plugged { plugin: Arc::new(plugin), asking, one_at_a_time: Mutex::new(()) }))
    }

    /// What encrypts to all of those recipients that are of one plugin.
    pub(in super::super) fn recipient(
        &self,
        name: &str,
        recipients: &[Recipient],
    ) -> Result<Box<dyn age::Recipient>> {
        self.check(name)?;
        let asking = self.asking(name);
        let plugin =
            RecipientPluginV1::new(name, recipients, &[], asking.clone()).map_err(|_| missing(name))?;
        Ok(Box::new(Readers { plugin: Arc::new(plugin), asking }))
    }

    fn check(&self, name: &str) -> Result<()> {
        if !self.allowed.contains(name) {
            let what = format!("the key wants the plugin `{name}`, which is not among those that may be run");
            return Err(Error::new(ErrorKind::Refused, what).hint(format!(
                "if age-plugin-{name} is yours, write plugins = [\"{name}\"] below [secrets] in config.toml, or add --plugin {name}"
            )));
        }
        // The crate prints all that is said to a plugin then: with it, the keys.
        if env::var_os("AGEDEBUG").is_some_and(|value| value == "plugin") {
            let what = "AGEDEBUG=plugin would print the keys of the files";
            return Err(Error::new(ErrorKind::Refused, what).hint("unset it"));
        }
        Ok(())
    }

    fn asking(&self, name: &str) -> Asking {
        Asking { ask: self.ask.clone(), plugin: name.to_owned() }
    }
}

fn missing(name: &str) -> Error {
    Error::new(ErrorKind::Missing, format!("the program `age-plugin-{name}` was not found"))
        .hint("install it, or put it into PATH")
}

/// A plugin's identity. Files are decrypted in parallel, but a token has one button.
pub(super) struct Plugged {
    plugin: Arc<IdentityPluginV1<Asking>>,
    asking: Asking,
    one_at_a_time: Mutex<()>,
}

impl age::Identity for Plugged {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.unwrap_stanzas(std::slice::from_ref(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let _turn = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        let plugin = self.plugin.clone();
        let copy = |stanza: &Stanza| Stanza {
            tag: stanza.tag.clone(),
            args: stanza.args.clone(),
            body: stanza.body.clone(),
        };
        let stanzas = stanzas.iter().map(copy).collect::<Vec<_>>();
        self.asking
            .wait_for(move || age::Identity::unwrap_stanzas(&*plugin, &stanzas))
            .unwrap_or_else(|trouble| Some(Err(trouble.travel())))
    }
}

/// Those who read by a plugin.
struct Readers {
    plugin: Arc<RecipientPluginV1<Asking>>,
    asking: Asking,
}

impl age::Recipient for Readers {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let plugin = self.plugin.clone();
        let key = FileKey::init_with_mut(|copy| copy.copy_from_slice(key.expose_secret()));
        self.asking
            .wait_for(move || plugin.wrap_file_key(&key))
            .unwrap_or_else(|trouble| Err(EncryptError::Io(io::Error::other(trouble))))
    }
}

/// The processes that a thread has started, which is one: the plugin that it speaks with. They are told on Linux only, so elsewhere none is ended. `age` never asks for their
/// status, so that no other can have their number.
fn children(thread: Option<&Path>) -> impl Iterator<Item = Pid> {
    let told = thread.map(|thread| fs::read_to_string(Path::new("/proc").join(thread).join("children")));
    let told = told.and_then(io::Result::ok).unwrap_or_default();
    let numbers = told.split_whitespace().filter_map(|number| number.parse().ok());
    numbers.filter_map(Pid::from_raw).collect::<Vec<_>>().into_iter()
}

/// What a plugin may ask and say.
#[derive(Clone)]
struct Asking {
    ask: Arc<dyn Ask>,
    plugin: String,
}

impl Asking {
    /// Has the plugin work on a thread of its own: it may hang, and `age` has no way to stop it. A plugin that is not waited for any longer is ended.
    fn wait_for<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Trouble> {
        let given_up = || Trouble(format!("age-plugin-{} was not waited for any longer", self.plugin));
        if self.ask.is_over() {
            return Err(given_up());
        }
        let (sender, answer) = mpsc::channel();
        let (begun, thread) = mpsc::channel();
        thread::spawn(move || {
            let _ = begun.send(fs::read_link("/proc/thread-self"));
            sender.send(work())
        });
        loop {
            match answer.recv_timeout(LOOK) {
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Timeout) if !self.ask.is_over() => {}
                Err(_) => break,
            }
        }
        self.ask.tell(&given_up().0);
        let thread = thread.recv().ok().and_then(io::Result::ok);
        for signal in [Signal::TERM, Signal::KILL] {
            for child in children(thread.as_deref()) {
                let _ = kill_process(child, signal);
            }
            // The plugin ends, and so does what it says.
            if !matches!(answer.recv_timeout(GRACE), Err(RecvTimeoutError::Timeout)) {
                break;
            }
        }
        Err(given_up())
    }

    fn question(&self, text: &str, answer: Answer) -> Option<String> {
        let text = format!("{} (asked by age-plugin-{})", tame(text), self.plugin);
        self.ask.ask(&Question { text, answer }).ok().map(|line| line.text().to_owned())
    }
}

impl Callbacks for Asking {
    fn display_message(&self, message: &str) {
        self.ask.tell(&format!("age-plugin-{}: {}", self.plugin, tame(message)));
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let answer = Answer::Choice { yes: tame(yes), no: no.map(tame) };
        self.question(message, answer).map(|answer| answer == "yes")
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.question(description, Answer::Shown)
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        self.question(description, Answer::Hidden).map(SecretString::from)
    }
}
