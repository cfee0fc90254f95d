//! Secrets from their declaration to the programs that read them: made by the command, deployed, used, rotated.

use std::fs;

use age::secrecy::ExposeSecret as _;
use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::scene::Scene;
use crate::common::Ran;

/// The example with keys: the hosts' own, and one of the operator's.
struct Keeper {
    scene: Scene,
    identity: tempfile::NamedTempFile,
}

impl Keeper {
    fn take() -> Option<Self> {
        let scene = Scene::take()?;
        for host in ["gate", "post", "watch", "attic"] {
            let key = scene.lab.on(host, "cat /etc/ssh/ssh_host_ed25519_key.pub").well();
            scene.fleet.write(&format!("secrets/hosts/{host}.pub"), &key);
        }
        let identity = age::x25519::Identity::generate();
        let admin = format!("{{ x.global.agenix.adminKeys = [ \"{}\" ]; }}", identity.to_public());
        scene.fleet.write("modules/globaldata/admins.nix", &admin);
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), identity.to_string().expose_secret()).unwrap();
        Some(Self { scene, identity: file })
    }

    /// Calls `steading secrets`.
    #[track_caller]
    fn secrets(&self, arguments: &[&str]) -> Ran {
        let identity = self.identity.path().to_str().unwrap();
        let all = [&["secrets"], arguments, &["--identity", identity]].concat();
        self.scene.lab.run(&self.scene.fleet.path(), &all)
    }

    /// Types a secret.
    #[track_caller]
    fn enter(&self, name: &str, text: &str) {
        let typed = tempfile::NamedTempFile::new().unwrap();
        fs::write(typed.path(), text).unwrap();
        let mut command = self.scene.lab.steading(&self.scene.fleet.path());
        command.args(["secrets", "edit", name, "--identity"]).arg(self.identity.path());
        let ran = command.stdin(fs::File::open(typed.path()).unwrap()).output().unwrap();
        Ran::from(ran).well();
        assert_eq!(self.text(name), text);
    }

    /// The text of a secret, decrypted with the operator's key by `age` itself.
    #[track_caller]
    fn text(&self, secret: &str) -> String {
        let file = self.scene.fleet.path().join(format!("secrets/data/{secret}.age"));
        let identity = self.identity.path().to_str().unwrap();
        let call = ["exec", "operator", "age", "--decrypt", "--identity", identity, file.to_str().unwrap()];
        self.scene.lab.call(&call).well()
    }

    #[track_caller]
    fn deploy(&self, hosts: &[&str]) {
        let said = self.scene.deploy(hosts);
        for host in hosts {
            said.is(host, "activated", "");
        }
        assert!(!said.stderr.contains("no value yet"), "{}", said.stderr);
    }

    /// What a host has below /run/agenix: its text, if it is owned as it should be.
    #[track_caller]
    fn on(&self, host: &str, secret: &str, owner: &str) -> String {
        let path = format!("/run/agenix/{secret}");
        let found = self.scene.lab.on(host, &format!("stat -c '%U %a' '{path}'")).well();
        assert_eq!(found.trim(), owner, "{host}: {path}");
        self.scene.lab.on(host, &format!("cat '{path}'")).well()
    }

    /// What the proxy answers to somebody who wants to see the status.
    fn proxy(&self, password: &str) -> String {
        let login = BASE64_STANDARD.encode(format!("alice:{password}"));
        let ask = format!(
            "busybox wget -S -O /dev/null --header 'Host: status.in.example' --header 'Authorization: Basic {login}' http://127.0.0.1/ 2>&1 | grep HTTP/ | head -n 1"
        );
        self.scene.lab.on("gate", &ask).stdout
    }
}

#[track_caller]
fn fits(password: &str, hash: &str) {
    assert!(bcrypt::verify(password, hash.trim()).unwrap(), "{hash} is not of {password}");
}

#[test]
fn what_is_declared_on_some_hosts_is_made_mounted_on_others_and_used() {
    let Some(keeper) = Keeper::take() else { return };
    // One is somebody else's: that it is missing is told, and is no obstacle for the others.
    let made = keeper.secrets(&["generate", "--yes"]);
    assert_eq!(made.status, 1, "{made:?}");
    assert!(made.stdout.contains("uplink/password"), "{made:?}");
    keeper.enter("uplink/password", "what the provider wrote");
    keeper.deploy(&["gate", "post", "watch", "attic"]);

    // A template over a list of hosts, of passwords that those hosts declare.
    let list = keeper.on("attic", "backups/htpasswd", "www-data 400");
    let mut users = list.lines().map(|line| line.split_once(':').unwrap()).collect::<Vec<_>>();
    users.sort_unstable();
    assert_eq!(users.iter().map(|(user, _)| *user).collect::<Vec<_>>(), ["gate", "post"]);
    for (user, hash) in users {
        fits(&keeper.on(user, &format!("backups/passwords/{user}"), "root 400"), hash);
        assert_ne!(
            keeper.scene.lab.on("attic", &format!("ls /run/agenix/backups/passwords/{user}")).status,
            0
        );
    }
    // Hashes of people's passwords, declared by two hosts in one voice.
    for host in ["gate", "attic"] {
        let hash = keeper.on(host, &format!("user-password-hashes/bob/{host}"), "root 400");
        fits(&keeper.text("user-passwords/bob"), &hash);
    }
    // JSON by a function of Nix, for a server's own user; and the password behind it, declared on one host and mounted on another.
    let users: serde_json::Value =
        serde_json::from_str(&keeper.on("post", "smtp/users", "opensmtpd 400")).unwrap();
    let password = keeper.on("watch", "monitoring/mail-password", "www-data 400");
    fits(&password, users["watch@example.org"].as_str().unwrap());
    // A script's private half, and the public one beside.
    let public = keeper.scene.lab.on("attic", "ssh-keygen -y -f /run/agenix/backups/copy-key").well();
    let beside = keeper.scene.fleet.path().join("secrets/derived/ssh-public-keys/backups");
    let key = |text: &str| text.split_whitespace().nth(1).unwrap().to_owned();
    assert_eq!(key(&public), key(&fs::read_to_string(beside).unwrap()));

    // The proxy knows the password, and after a rotation the new one alone.
    let old = keeper.text("web/passwords/alice");
    assert!(keeper.proxy("guessed").contains(" 401 "), "{}", keeper.proxy("guessed"));
    assert!(keeper.proxy(&old).contains(" 200 "), "{}", keeper.proxy(&old));
    let rotated =
        keeper.secrets(&["rotate", "web/passwords/alice", "smtp/passwords/alice__example.org", "--yes"]);
    assert_eq!(rotated.status, 0, "{rotated:?}");
    let new = keeper.text("web/passwords/alice");
    assert_ne!(old, new);
    let started = |unit: &str| {
        keeper.scene.lab.on("post", &format!("cat /run/steading/units/{unit}/supervisor")).well()
    };
    let (mail, metrics) = (started("mail.service"), started("metrics.service"));
    keeper.deploy(&["gate", "post"]);
    assert!(keeper.proxy(&old).contains(" 401 ") && keeper.proxy(&new).contains(" 200 "));
    assert_ne!(mail, started("mail.service"), "it reads its users when it starts");
    assert_eq!(metrics, started("metrics.service"));

    // Another admin: all is encrypted anew, no text is another, and no unit hears of it.
    let other = age::x25519::Identity::generate().to_public();
    keeper.scene.fleet.write(
        "modules/globaldata/other-admin.nix",
        &format!("{{ x.global.agenix.adminKeys = [ \"{other}\" ]; }}"),
    );
    let mail = started("mail.service");
    assert_eq!(keeper.secrets(&["rekey", "--yes"]).status, 0);
    keeper.deploy(&["post"]);
    assert_eq!(mail, started("mail.service"));
    assert_eq!(keeper.text("web/passwords/alice"), new);
    assert_eq!(keeper.secrets(&["check"]).status, 0);
}
