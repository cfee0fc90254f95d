//! Every kind of identity, made by the tools that people make them with.

mod pipes;
mod texts;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use super::*;
use crate::backend::{
    error::Error,
    process::{Invocation, capture},
    secrets::{
        Plaintext,
        seal::{Recipients, Unreadable},
    },
};

/// Gives the answers that it was given, and keeps the questions.
#[derive(Default)]
pub struct Prepared {
    answers: Mutex<Vec<&'static str>>,
    pub questions: Mutex<Vec<Question>>,
    pub messages: Mutex<Vec<String>>,
}

impl Prepared {
    pub fn with(answers: &[&'static str]) -> Arc<Self> {
        let answers = Mutex::new(answers.iter().rev().copied().collect());
        Arc::new(Self { answers, ..Self::default() })
    }

    pub fn asked(&self) -> Vec<String> {
        self.questions.lock().unwrap().iter().map(|question| question.text.clone()).collect()
    }
}

impl Ask for Prepared {
    fn ask(&self, question: &Question) -> Result<Passphrase> {
        self.questions.lock().unwrap().push(question.clone());
        let answer = self.answers.lock().unwrap().pop();
        answer.map(|line| line.to_owned().into()).ok_or_else(|| Error::new(ErrorKind::Cancelled, "declined"))
    }

    fn tell(&self, message: &str) {
        self.messages.lock().unwrap().push(message.to_owned());
    }
}

/// A folder with identity files.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// A key pair by `ssh-keygen`: the public key, and the file of the private one.
    async fn ssh(&self, name: &str, arguments: &[&str]) -> (String, PathBuf) {
        let path = self.path(name);
        let call = Invocation::new("ssh-keygen")
            .args(["-q", "-C", "a comment", "-f"])
            .arg(&path)
            .args(arguments.to_vec());
        let output = capture(&call, &tokio_util::sync::CancellationToken::new()).await.unwrap();
        assert!(output.exit.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (fs::read_to_string(path.with_extension("pub")).unwrap(), path)
    }
}

fn sources(named: impl IntoIterator<Item = PathBuf>) -> Sources {
    Sources { named: named.into_iter().collect(), ..Sources::default() }
}

fn open(path: PathBuf, ask: &Arc<Prepared>) -> Result<Identities> {
    sources([path]).open(&(ask.clone() as Arc<dyn Ask>))
}

fn sealed(public: &str) -> Vec<u8> {
    Recipients::parse([public]).unwrap().seal(&Plaintext::from(b"text".to_vec())).unwrap()
}

fn x25519() -> (String, String) {
    use age::secrecy::ExposeSecret as _;
    let key = age::x25519::Identity::generate();
    (key.to_public().to_string(), key.to_string().expose_secret().to_owned())
}

/// A file that a passphrase opens, of little work.
fn wrapped(text: &str, passphrase: &str, armored: bool) -> Vec<u8> {
    use std::io::Write as _;
    let mut recipient = age::scrypt::Recipient::new(passphrase.to_owned().into());
    recipient.set_work_factor(4);
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).unwrap();
    let mut file = Vec::new();
    let format = if armored { age::armor::Format::AsciiArmor } else { age::armor::Format::Binary };
    let output = age::armor::ArmoredWriter::wrap_output(&mut file, format).unwrap();
    let mut writer = encryptor.wrap_output(output).unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().and_then(age::armor::ArmoredWriter::finish).unwrap();
    file
}

fn mistake(result: Result<Identities>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn several_identities_are_in_one_file() {
    let room = Room::new();
    let ((one, key), (other, other_key)) = (x25519(), x25519());
    let text = format!("# created: today\r\n# public key: {one}\n\n{key}\r\n  {other_key}  \n");
    let ask = Prepared::with(&[]);
    let identities = open(room.write("keys", text), &ask).unwrap();
    for public in [one, other] {
        assert_eq!(identities.unseal(&sealed(&public)).unwrap().bytes(), b"text");
    }
    assert_eq!(identities.unseal(&sealed(&x25519().0)), Err(Unreadable::NotForUs));
}

#[tokio::test]
async fn private_keys_of_ssh_are_identities() {
    let room = Room::new();
    let pem = ["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""];
    for (name, arguments) in [
        ("ed25519", &["-t", "ed25519", "-N", ""][..]),
        ("rsa", &["-t", "rsa", "-b", "2048", "-N", ""]),
        ("pem", &pem),
    ] {
        let (public, path) = room.ssh(name, arguments).await;
        let ask = Prepared::with(&[]);
        let identities = open(path, &ask).unwrap();
        assert_eq!(identities.unseal(&sealed(&public)).unwrap().bytes(), b"text", "{name}");
        assert!(ask.asked().is_empty());
    }
}

#[tokio::test]
async fn a_locked_key_of_ssh_is_asked_about_once_and_only_where_it_is_meant() {
    let room = Room::new();
    for (name, kind) in [("ed25519", &["-t", "ed25519"][..]), ("rsa", &["-t", "rsa", "-b", "2048"])] {
        let (public, path) = room.ssh(name, &[kind, &["-a", "1", "-N", "correct"]].concat()).await;
        let ask = Prepared::with(&["wrong", "correct"]);
        let identities = open(path.clone(), &ask).unwrap();
        assert_eq!(identities.unseal(&sealed(&x25519().0)), Err(Unreadable::NotForUs));
        assert!(ask.asked().is_empty(), "a file for others asks nobody");
        let file = sealed(&public);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(identities.unseal(&file).unwrap().bytes(), b"text"));
            }
        });
        let path = path.display();
        let expected = [format!("passphrase of {path}"), format!("that was not it; passphrase of {path}")];
        assert_eq!(ask.asked(), expected);
    }
}

#[tokio::test]
async fn a_passphrase_is_asked_for_three_times_at_most_and_may_be_declined() {
    let room = Room::new();
    let (public, path) = room.ssh("id", &["-t", "ed25519", "-a", "1", "-N", "correct"]).await;
    let file = sealed(&public);
    for (answers, questions, why) in
        [(&["a", "b", "c", "correct"][..], 3, "wrong 3 times"), (&[], 1, "declined")]
    {
        let ask = Prepared::with(answers);
        let identities = open(path.clone(), &ask).unwrap();
        for _ in 0..3 {
            let Err(Unreadable::Key(said)) = identities.unseal(&file) else { panic!("it is locked") };
            assert!(said.contains(why) && said.contains("stays locked"), "{said}");
        }
        assert_eq!(ask.asked().len(), questions, "it is not asked again for the next file");
    }
    let nobody: Arc<dyn Ask> = Arc::new(Nobody);
    let said = sources([path]).open(&nobody).unwrap().unseal(&file).unwrap_err().to_string();
    assert!(said.contains("nobody is there to answer") && said.contains("--no-input"), "{said}");
}

#[tokio::test]
async fn a_locked_key_does_not_stand_in_the_way_of_the_next() {
    let room = Room::new();
    let (locked, path) = room.ssh("id", &["-t", "ed25519", "-a", "1", "-N", "correct"]).await;
    let (public, key) = x25519();
    let file = Recipients::parse([locked.as_str(), &public]).unwrap().seal(&Plaintext::default()).unwrap();
    let ask = Prepared::with(&[]);
    let ask_dyn: Arc<dyn Ask> = ask.clone();
    let wrapped = room.write("wrapped", wrapped(&key, "correct", false));
    sources([path.clone(), room.write("plain", &key)]).open(&ask_dyn).unwrap().unseal(&file).unwrap();
    assert!(ask.asked().is_empty(), "what asks nobody comes first");
    let ask = Prepared::with(&["wrong", "wrong", "wrong", "correct"]);
    let ask_dyn: Arc<dyn Ask> = ask.clone();
    sources([path, wrapped]).open(&ask_dyn).unwrap().unseal(&file).unwrap();
}

#[test]
fn a_wrapped_file_is_unlocked_once() {
    let room = Room::new();
    for armored in [false, true] {
        let (public, key) = x25519();
        let path = room.write("wrapped", wrapped(&format!("# mine\n{key}\n"), "correct", armored));
        let ask = Prepared::with(&["wrong", "correct"]);
        let identities = open(path, &ask).unwrap();
        assert_eq!(identities.unseal(&sealed(&public)).unwrap().bytes(), b"text");
        assert_eq!(identities.unseal(&sealed(&x25519().0)), Err(Unreadable::NotForUs));
        assert_eq!(ask.asked().len(), 2);
    }
    let path = room.write("wrapped", wrapped("nonsense", "correct", true));
    let ask = Prepared::with(&["correct"]);
    let said = open(path, &ask).unwrap().unseal(&sealed(&x25519().0)).unwrap_err().to_string();
    assert!(said.contains("line 1 is no identity") && !said.contains("nonsense"), "{said}");
}

#[test]
fn work_without_end_is_refused_before_anybody_is_asked() {
    let room = Room::new();
    let honest = String::from_utf8_lossy(&wrapped("x", "p", false)[..90]).into_owned();
    let salt = honest.lines().nth(1).unwrap().split(' ').nth(2).unwrap().to_owned();
    for factor in [21, 30, 63, 255] {
        let body = "A".repeat(43);
        let file =
            format!("age-encryption.org/v1\n-> scrypt {salt} {factor}\n{body}\n--- {body}\n0123456789abcdef");
        let ask = Prepared::with(&[]);
        let said = mistake(open(room.write("hostile", file), &ask));
        assert!(said.contains(&format!("2^{factor}")), "{said}");
    }
}

#[tokio::test]
async fn rounds_without_end_are_refused() {
    use base64::prelude::*;
    let room = Room::new();
    let (_, path) = room.ssh("id", &["-t", "ed25519", "-a", "1", "-N", "correct"]).await;
    let text = fs::read_to_string(path).unwrap();
    let mut blob = BASE64_STANDARD
        .decode(text.lines().filter(|line| !line.starts_with('-')).collect::<String>())
        .unwrap();
    // magic 15, cipher 4+10, name 4+6, options 4, salt 4+16, rounds
    let at = 15 + 14 + 10 + 4 + 20;
    assert_eq!(blob[at..at + 4], [0, 0, 0, 1]);
    blob[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    let hostile = format!(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
        BASE64_STANDARD.encode(blob)
    );
    let said = mistake(open(room.write("hostile", hostile), &Prepared::with(&[])));
    assert!(said.contains("4294967295 rounds"), "{said}");
}

#[tokio::test]
async fn what_is_no_identity_says_what_it_is() {
    let room = Room::new();
    let (public, key) = x25519();
    let (ssh_public, _) = room.ssh("id", &["-t", "ed25519", "-N", ""]).await;
    let (_, ecdsa) = room.ssh("ecdsa", &["-t", "ecdsa", "-N", ""]).await;
    let (_, old) = room.ssh("old", &["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "correct"]).await;
    let typo = key.replace("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-2");
    for (name, text, said) in [
        ("empty", String::new(), "is empty"),
        ("blank", "# nothing\n\n".to_owned(), "there is no identity in it"),
        ("public", public.clone(), "line 1 is a public key"),
        ("ssh.pub", ssh_public, "line 1 is a public key"),
        ("pq", "AGE-SECRET-KEY-PQ-1XYZ".to_owned(), "post-quantum"),
        ("typo", format!("# a\n{typo}"), "line 2 is no identity"),
        ("pkcs8", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n".to_owned(), "ssh-keygen -p"),
        ("cut", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n".to_owned(), "not a whole one"),
        ("ecdsa", fs::read_to_string(ecdsa).unwrap(), "can't decrypt"),
        ("old", fs::read_to_string(old).unwrap(), "ssh-keygen -p"),
        ("plugin", "AGE-PLUGIN-STRANGER-10Q32NLXM".to_owned(), ""),
        ("sealed", String::from_utf8_lossy(&sealed(&public)[..0]).into_owned(), "is empty"),
    ] {
        let path = room.write(name, text);
        let error = mistake(open(path.clone(), &Prepared::with(&[])));
        assert!(error.contains(said) && error.contains(path.to_str().unwrap()), "{name}: {error}");
        assert!(!error.contains(&typo) && !error.contains(&key), "{error}");
    }
    let error = mistake(open(room.write("sealed", sealed(&public)), &Prepared::with(&[])));
    assert!(error.contains("encrypted to keys"), "{error}");
    let error = mistake(open(room.write("binary", [0xff, 0xfe, 0]), &Prepared::with(&[])));
    assert!(error.contains("is no text"), "{error}");
    let error = mistake(open(room.0.path().to_owned(), &Prepared::with(&[])));
    assert!(error.contains("is a folder"), "{error}");
    let error = mistake(open(room.path("absent"), &Prepared::with(&[])));
    assert!(error.contains("does not exist"), "{error}");
    let error = mistake(open(room.write("large", vec![b'#'; file::LARGEST + 1]), &Prepared::with(&[])));
    assert!(error.contains("too large"), "{error}");
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let room = Room::new();
    let path = room.write("a key", x25519().1);
    for mode in [0o640, 0o604, 0o620, 0o700 | 0o001] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = mistake(open(path.clone(), &Prepared::with(&[])));
        assert!(
            error.contains("by others") && error.contains(&format!("`chmod 600 '{}'`", path.display())),
            "{error}"
        );
    }
    let link = room.path("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(
        mistake(open(link.clone(), &Prepared::with(&[]))).contains("by others"),
        "the link's target counts"
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    open(link, &Prepared::with(&[])).unwrap();
}

#[test]
fn the_usual_places_are_looked_at_where_none_was_named() {
    let room = Room::new();
    let (public, key) = x25519();
    let ask: Arc<dyn Ask> = Arc::new(Nobody);
    fs::create_dir_all(room.path(".ssh")).unwrap();
    let usual = Sources::usual(&room.path("config"), room.0.path());
    let look = |named: Vec<PathBuf>| Sources { named, usual: usual.clone(), ..Sources::default() }.open(&ask);
    let nothing = look(Vec::new()).unwrap().required().unwrap_err();
    assert_eq!(nothing.detail.len(), 3, "{nothing:?}");
    assert!(nothing.detail[1].contains(".ssh/id_ed25519 does not exist"), "{nothing:?}");
    room.write(".ssh/id_ed25519", "-----BEGIN nonsense");
    room.write(".ssh/id_rsa", &key);
    let found = look(Vec::new()).unwrap();
    found.required().unwrap();
    assert_eq!(found.unseal(&sealed(&public)).unwrap().bytes(), b"text");
    let named = look(vec![room.write("other", x25519().1)]).unwrap();
    assert_eq!(named.unseal(&sealed(&public)), Err(Unreadable::NotForUs));
    assert!(named.advice().ends_with(&format!("tried: {}", room.path("other").display())));
    assert!(found.advice().contains(".ssh/id_rsa") && !found.advice().contains("id_ed25519"));
    assert!(look(vec![room.path("absent")]).is_err(), "a named one must be there");
}
