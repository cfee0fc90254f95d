//! Secrets on their hosts: decrypted with the host's own key into memory, and told to the units that read them.
//!
//! The files are encrypted here, by the library; how they are made is tested where the command for it is.

use std::fs;

use steading::backend::secrets::{Plaintext, SecretName, seal::Recipients};

use super::scene::Scene;

const HOSTS: [&str; 4] = ["gate", "post", "watch", "attic"];

/// A scene whose fleet knows the hosts' own keys.
struct Vault(Scene);

impl Vault {
    fn take() -> Option<Self> {
        let vault = Self(Scene::take()?);
        for host in HOSTS {
            let key = vault.key(host);
            vault.0.fleet.write(&format!("secrets/hosts/{host}.pub"), &key);
        }
        Some(vault)
    }

    fn key(&self, host: &str) -> String {
        self.0.lab.on(host, "cat /etc/ssh/ssh_host_ed25519_key.pub").well()
    }

    /// Encrypts a text for some hosts.
    fn seal(&self, secret: &str, text: &str, hosts: &[&str]) {
        let keys = hosts.iter().map(|host| self.key(host)).collect::<Vec<_>>();
        let recipients = Recipients::parse(keys.iter().map(String::as_str)).unwrap();
        let sealed = recipients.seal(&Plaintext::from(text.as_bytes().to_vec())).unwrap();
        let file = self.0.fleet.path().join(secret.parse::<SecretName>().unwrap().data_file());
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, sealed).unwrap();
        self.0.fleet.stage();
    }

    /// Has a host mount `lab/it of HOST` for a unit that notes each of its starts and reloads.
    fn mount(&self, host: &str) {
        // No unit that a test which failed has left behind is taken for one of this run.
        let run = format!("{:?}", std::time::Instant::now());
        self.0.add(
            host,
            &r#"
            x.global.agenix = {
              secrets."lab/it" = { };
              secretMounts."lab/it of ${name}" = {
                secret = "lab/it";
                owner = "www-data"; group = "mail"; mode = "u=r,g=r,o=";
                path = "/etc/lab/the secret";
                restartUnits = [ "restarted.service" ];
                reloadUnits = [ "reloaded.service" ];
              };
            };
            systemd.services = lib.genAttrs [ "restarted" "reloaded" "bystander" ] (unit: {
              wantedBy = [ "multi-user.target" ];
              serviceConfig.StateDirectory = "lab-secrets";
              environment.RUN = "THIS-RUN";
              script = "echo start ${unit} >> /var/lib/lab-secrets/notes; exec sleep infinity";
              reload = "echo reload ${unit} >> /var/lib/lab-secrets/notes";
            });
            "#
            .replace("THIS-RUN", &run.replace('"', "")),
        );
    }

    #[track_caller]
    fn deploy(&self, hosts: &[&str]) {
        let said = self.0.deploy(hosts);
        for host in hosts {
            said.is(host, "activated", "");
        }
        assert_eq!(said.status, 0, "{}", said.stderr);
    }

    /// What a host has there: the text, who owns it, and on what it lies.
    #[track_caller]
    fn found(&self, host: &str) -> String {
        let look = "cat '/etc/lab/the secret' && stat -L -c ' %U %G %a' '/etc/lab/the secret' && stat -L -f -c %T '/etc/lab/the secret'";
        self.0.lab.on(host, look).well()
    }

    /// What the units noted, then forgotten.
    #[track_caller]
    fn notes(&self, host: &str, wanted: &[&str]) {
        let all = format!("[ \"$(wc -l < /var/lib/lab-secrets/notes)\" -ge {} ]", wanted.len());
        self.0.wait_for(host, &all);
        let take = "sort /var/lib/lab-secrets/notes; : > /var/lib/lab-secrets/notes";
        assert_eq!(self.0.lab.on(host, take).well().lines().collect::<Vec<_>>(), wanted, "{host}");
    }

    fn forget(&self, host: &str) {
        self.0.lab.on(host, "rm -rf /var/lib/lab-secrets").well();
    }
}

#[test]
fn a_secret_is_where_its_unit_reads_it_and_the_unit_hears_of_another_text() {
    let Some(vault) = Vault::take() else { return };
    // One host without systemd, and one with it.
    let hosts = ["post", "watch"];
    for host in hosts {
        vault.forget(host);
        vault.mount(host);
    }
    let planned = vault.0.plan(&["post"]);
    assert!(planned.stderr.contains("post: ") && planned.stderr.contains(" lab/it"), "{}", planned.stderr);

    vault.seal("lab/it", "the first text", &hosts);
    vault.deploy(&hosts);
    for host in hosts {
        let found = vault.found(host);
        assert!(found.starts_with("the first text www-data mail 440\n"), "{found}");
        assert!(found.ends_with("ramfs\n") || found.ends_with("tmpfs\n"), "{found}");
        vault.notes(host, &["start bystander", "start reloaded", "start restarted"]);
        // Nowhere else is it to be found; the grep is seen to find what is there.
        let elsewhere = "grep -rqF 'the first text' /nix /etc /var /tmp";
        assert_ne!(vault.0.lab.on(host, elsewhere).status, 0, "{host}: it was written somewhere");
        vault.0.lab.on(host, "grep -rqF 'the first text' /run/agenix/").well();
        let others = "setpriv --reuid=nobody --clear-groups cat '/etc/lab/the secret'";
        assert_ne!(vault.0.lab.on(host, others).status, 0, "{host}: anybody can read it");
        let owner = "setpriv --reuid=www-data --clear-groups cat '/etc/lab/the secret'";
        assert_eq!(vault.0.lab.on(host, owner).well(), "the first text");
    }

    // A rekey, and anything else that is no other text.
    vault.seal("lab/it", "the first text", &hosts);
    vault.0.novelty();
    vault.deploy(&hosts);
    let first = vault.0.running("post");
    vault.seal("lab/it", "the second text", &hosts);
    vault.deploy(&hosts);
    for host in hosts {
        assert!(vault.found(host).starts_with("the second text www-data mail 440\n"));
        vault.notes(host, &["reload reloaded", "start restarted"]);
        assert_eq!(vault.0.lab.on(host, "ls /run/agenix.d | wc -l").well().trim(), "1", "old ones stayed");
    }

    // With the system of before comes its text, and its units hear of that, too.
    let second = vault.0.running("post");
    for (system, text) in [(first, "the first text"), (second, "the second text")] {
        vault.0.lab.on("post", &format!("{system}/bin/switch-to-configuration test")).well();
        assert!(vault.found("post").starts_with(&format!("{text} www-data mail 440\n")));
        vault.notes("post", &["reload reloaded", "start restarted"]);
    }

    // It comes back after a boot, before the units, which need not hear of it.
    vault.0.lab.call(&["reboot", "post"]).well();
    vault.notes("post", &["start bystander", "start reloaded", "start restarted"]);
    assert!(vault.found("post").starts_with("the second text www-data mail 440\n"));

    for host in hosts {
        vault.0.add(host, "");
    }
    vault.deploy(&hosts);
    for host in hosts {
        let left = "ls -d '/etc/lab/the secret' /run/agenix/lab 2>&1 | grep -v 'No such file'";
        assert_eq!(vault.0.lab.on(host, left).stdout, "", "{host}");
    }
}

#[test]
fn what_a_host_can_t_decrypt_leaves_it_as_it_was() {
    let Some(vault) = Vault::take() else { return };
    vault.forget("post");
    vault.mount("post");
    vault.seal("lab/it", "the good text", &["post", "gate"]);
    vault.deploy(&["post"]);
    let before = vault.0.running("post");

    vault.seal("lab/it", "the other text", &["gate"]);
    let said = vault.0.deploy(&["post"]);
    assert_eq!(said.status, 4, "{}", said.stderr);
    said.is("post", "refused", "would refuse");
    let whole = format!("{:?}", said.host("post"));
    assert!(
        whole.contains("secret lab/it of post can't be decrypted with this host's key: no identity matched"),
        "{whole}"
    );
    assert!(vault.found("post").starts_with("the good text"));
    assert_eq!(vault.0.running("post"), before);

    // An activation without the check, as at boot: the secrets that are there stay.
    let system = said.text("post", "wanted");
    let forced =
        vault.0.lab.on("post", &format!("NIXOS_NO_CHECK=1 {system}/bin/switch-to-configuration test"));
    forced.fails(2, &["secret lab/it of post can't be decrypted", "the secrets stay as they were"]);
    assert!(vault.found("post").starts_with("the good text"));
    assert_eq!(vault.0.lab.on("post", "ls /run/agenix.d | wc -l").well().trim(), "1");
    vault.0.lab.on("post", &format!("{before}/bin/switch-to-configuration test")).well();

    // A host that doesn't mount it can do nothing with the file.
    let file = vault.0.fleet.path().join("secrets/data/lab/it.age");
    let text =
        fs::read(file).unwrap().iter().map(|byte| format!("\\{byte:03o}")).collect::<Vec<_>>().concat();
    let attempt = format!("printf '{text}' | age --decrypt --identity /etc/ssh/ssh_host_ed25519_key");
    vault.0.lab.on("attic", &attempt).fails(1, &["no identity matched any of the recipients"]);
    assert_eq!(vault.0.lab.on("gate", &attempt).well(), "the other text");

    vault.0.add("post", "");
    vault.deploy(&["post"]);
}

#[test]
fn an_account_may_be_made_by_the_same_activation_and_a_unit_be_none() {
    let Some(vault) = Vault::take() else { return };
    for (host, says) in [("post", "no units of this configuration"), ("watch", "no-such.service")] {
        let undo = "sed -i /^lab-late:/d /etc/passwd";
        let _guard = vault.0.for_now(host, undo, undo);
        vault.seal("lab/late", "a text", &["post", "watch"]);
        let declared = |unit: &str| {
            vault.0.add(
                host,
                &r#"
                x.global.agenix = {
                  secrets."lab/late" = { };
                  secretMounts."lab/late of ${name}" = {
                    secret = "lab/late"; owner = "lab-late"; path = "/run/agenix/late"; restartUnits = [ UNIT ];
                  };
                };
                system.activationScripts.accounts = "echo lab-late:x:4321:4321::/:/bin/sh >> /etc/passwd";
                system.activationScripts.secrets.deps = [ "accounts" ];
                "#
                .replace("UNIT", unit),
            );
        };
        declared("\"no-such.service\"");
        vault.0.deploy(&[host]).is(host, "activated-units-failed", says);
        let found = "stat -L -c '%U %a' /run/agenix/late; cat /run/agenix/late";
        assert_eq!(vault.0.lab.on(host, found).well(), "lab-late 400\na text");
        declared("");
        vault.deploy(&[host]);
        vault.0.add(host, "");
        vault.deploy(&[host]);
    }
}

#[test]
fn a_file_in_the_way_of_a_secret_is_not_taken_away() {
    let Some(vault) = Vault::take() else { return };
    let occupied = "mkdir -p /etc/lab && echo mine > '/etc/lab/the secret'";
    let _guard = vault.0.for_now("attic", occupied, "rm -f '/etc/lab/the secret'");
    vault.mount("attic");
    vault.seal("lab/it", "a text", &["attic"]);
    let said = vault.0.deploy(&["attic"]);
    said.is("attic", "activation-failed", "an activation script failed");
    let whole = format!("{:?}", said.host("attic"));
    assert!(whole.contains("what is there is not from this configuration"), "{whole}");
    assert_eq!(vault.0.lab.on("attic", "cat '/etc/lab/the secret'").well(), "mine\n");
    vault.0.add("attic", "");
    vault.deploy(&["attic"]);
}
