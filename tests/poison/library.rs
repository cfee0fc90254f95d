//! The parts of the backend that hold plaintext, one after the other, in a process that is watched.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::Arc,
};

use steading::backend::{
    dumps,
    error::Result,
    secrets::{
        Handover, Plaintext, Script,
        identity::{Ask, Passphrase, Question, Sources},
        scratch::Scratch,
        script,
        seal::Recipients,
    },
};
use tokio_util::sync::CancellationToken;

use crate::watch::Room;

/// The text of a secret, and the passphrase of the identity. They come on standard input.
const TEXT: &str = "Poison7fQ2xKd9-hemlock";
pub const PASSPHRASE: &str = "Poison3mWz8Lp-nightshade";

struct Typist(Passphrase);

impl Ask for Typist {
    fn ask(&self, _: &Question) -> Result<Passphrase> {
        Ok(self.0.clone())
    }

    fn tell(&self, _: &str) {}
}

/// A file of identities that the passphrase opens. Gives the identity and its public half.
pub fn locked(path: &Path) -> (String, String) {
    use age::secrecy::ExposeSecret as _;
    let key = age::x25519::Identity::generate();
    let mut recipient = age::scrypt::Recipient::new(PASSPHRASE.to_owned().into());
    recipient.set_work_factor(4);
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).unwrap();
    let mut file = Vec::new();
    let mut writer = encryptor.wrap_output(&mut file).unwrap();
    writer.write_all(key.to_string().expose_secret().as_bytes()).unwrap();
    writer.finish().unwrap();
    fs::write(path, file).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    (key.to_string().expose_secret().to_owned(), key.to_public().to_string())
}

#[test]
fn no_part_of_the_backend_lets_plaintext_out() {
    let Some(room) = Room::new() else { return };
    let (key, public) = locked(&room.path("home/identity"));
    let git = std::process::Command::new("git").args(["init", "-q"]).current_dir(room.path("fleet")).status();
    assert!(git.unwrap().success());
    let program = room.path("bin/make-it");
    // It says what it must not.
    fs::write(
        &program,
        "#!/bin/sh\ncat \"$SECRETS_DIR/web/password\" >&2\nsed 's/^/made of /' \"$SECRETS_DIR/web/password\"\n",
    )
    .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut child = room.command(std::env::current_exe().unwrap());
    child.args(["library::all_of_it", "--exact", "--ignored", "--nocapture"]).env("PUBLIC", public);
    let seen = room.watch(&mut child, &format!("{TEXT}\n{PASSPHRASE}\n"));
    assert_eq!(seen.status, 0, "{}\n{}", seen.stdout, seen.stderr);
    for said in ["the script said: <secret>", "Ok(Plaintext(..))"] {
        assert!(seen.stderr.contains(said), "it went through all of it: {}", seen.stderr);
    }
    let poisons = [TEXT, PASSPHRASE, &key];
    assert_eq!(seen.leaks(&poisons), Vec::<String>::new());
    assert_eq!(room.left(&poisons), Vec::<String>::new());
    assert!(!poisons.iter().any(|poison| seen.stdout.contains(poison)), "{}", seen.stdout);
}

#[tokio::test]
#[ignore = "what the test above watches"]
async fn all_of_it() {
    dumps::forbid();
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).unwrap();
    let mut lines = input.lines();
    let text = Plaintext::from(lines.next().unwrap().as_bytes().to_vec());
    let typist: Arc<dyn Ask> = Arc::new(Typist(Passphrase::from(lines.next().unwrap().to_owned())));

    // Encrypted onto the disk, and decrypted.
    let sources = Sources { named: vec!["../home/identity".into()], ..Sources::default() };
    let identities = sources.open(&typist).unwrap();
    let recipients = Recipients::parse([std::env::var("PUBLIC").unwrap().as_str()]).unwrap();
    fs::create_dir_all("secrets/data").unwrap();
    fs::write("secrets/data/web.age", recipients.seal(&text).unwrap()).unwrap();
    let unsealed = identities.unseal(&fs::read("secrets/data/web.age").unwrap()).unwrap();
    assert_eq!(unsealed, text);

    // In an editor's file.
    let scratch = Scratch::new().unwrap();
    scratch.write("web", &unsealed).unwrap();
    assert_eq!(scratch.read("web").unwrap(), text);
    drop(scratch);

    // In a script.
    let declared = Script {
        script: String::new(),
        secrets: vec!["web/password".to_owned()],
        network: false,
        writes: Vec::new(),
        runtime_inputs: Vec::new(),
    };
    let folder = std::env::current_dir().unwrap();
    let secrets = BTreeMap::from([("web/password".to_owned(), Arc::new(unsealed.clone()))]);
    let program = folder.join("../bin/make-it").canonicalize().unwrap();
    let ready = script::Ready { program: &program, script: &declared, folder: &folder, secrets: &secrets };
    let mut said = Vec::new();
    let made = script::run(&ready, &CancellationToken::new(), |line| said.push(line.to_owned())).await;
    eprintln!("the script said: {}", said.join(" "));
    eprintln!("{made:?}");

    // In whatever is logged.
    eprintln!("{unsealed:?} {identities:?} {recipients:?} {:?}", Handover::from(unsealed.clone()));
    fs::write("log", format!("{unsealed:?} {identities:?} {secrets:?}")).unwrap();
}

#[test]
fn a_crash_leaves_no_plaintext() {
    let Some(room) = Room::new() else { return };
    let crash = |case: &str| {
        let mut child = room.command("/bin/sh");
        let test = std::env::current_exe().unwrap();
        let call = format!(
            "ulimit -c unlimited; exec {} library::crash --exact --ignored --nocapture",
            test.display()
        );
        child.args(["-c", &call]).env("CASE", case);
        let seen = room.watch(&mut child, TEXT);
        assert!(seen.status != 0 && seen.stderr.contains("crashing"), "{}", seen.stderr);
        room.left(&[TEXT])
    };
    assert_eq!(crash("forbidden"), Vec::<String>::new());
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
    let limit = rustix::process::getrlimit(rustix::process::Resource::Core).maximum;
    if pattern.trim() == "core" && limit.is_none() {
        assert!(!crash("left as it is").is_empty(), "the test sees what is in a core dump");
    }
}

#[test]
#[ignore = "what the test above watches"]
fn crash() {
    if std::env::var("CASE").unwrap() == "forbidden" {
        dumps::forbid();
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    eprintln!("crashing");
    std::process::abort();
}
