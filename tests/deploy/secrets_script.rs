//! The script that puts a host's secrets into their places, by itself, where the host is in a bad way: no room on its disk or in its memory, things in the way.
//!
//! On the router, to which nothing is deployed.

use super::common::{Ran, lab::Lab};

const HOST: &str = "router";
const SCRIPT: &str = include_str!("../../nix/modules/secrets/secrets.sh");

/// What runs it: `linux` hosts have a plain shell, and NixOS has bash.
const SHELLS: [&str; 2] = ["sh", "bash"];

/// The host, with the script, and nothing left of what an earlier test did.
struct Script {
    lab: Lab,
    shell: &'static str,
}

/// A mount of the secret of its name.
#[derive(Clone, Copy)]
struct Mount<'a> {
    name: &'a str,
    owner: &'a str,
    path: &'a str,
}

const KEY: Mount<'_> = Mount { name: "web/key", owner: "www-data", path: "/etc/lab/the key" };
const PASSWORD: Mount<'_> = Mount { name: "password", owner: "root", path: "/run/agenix/password" };
const ALIAS: Mount<'_> = Mount { name: "token", owner: "root", path: "/run/agenix/more/alias" };

impl Script {
    /// Carries out a test by each shell.
    fn try_out(test: impl Fn(&Self)) {
        for shell in SHELLS {
            let Some(lab) = Lab::take() else { return };
            let script = Self { lab, shell };
            script.begin();
            test(&script);
        }
    }

    fn begin(&self) {
        self.on("rm -f /run/full; umount /var/lib/steading /run/agenix.d 2> /dev/null; rm -rf /root/secrets /etc/lab /run/agenix /run/agenix.d /run/nixos /run/steading /var/lib/steading; mkdir -p /root/secrets");
        self.on(&format!("cat > /root/secrets/secrets.sh << 'END OF IT'\n{SCRIPT}\nEND OF IT"));
        for name in [KEY, PASSWORD, ALIAS].map(|mount| mount.name) {
            self.seal(name, &format!("text of {name}"));
        }
    }

    #[track_caller]
    fn on(&self, command: &str) -> String {
        self.lab.on(HOST, command).well()
    }

    fn seal(&self, name: &str, text: &str) {
        self.on(&format!(
            "f='/root/secrets/{name}.age'; mkdir -p \"$(dirname \"$f\")\"; printf '%s' '{text}' | age -r \"$(cat /etc/ssh/ssh_host_ed25519_key.pub)\" > \"$f\""
        ));
    }

    /// Declares what is mounted; the unit of a mount is called as it, without its slashes.
    fn declare(&self, mounts: &[Mount<'_>]) {
        let mut manifest = String::new();
        if !mounts.is_empty() {
            manifest.push_str("age age\nidentity /etc/ssh/ssh_host_ed25519_key\n");
        }
        for Mount { name, owner, path } in mounts {
            let unit = name.replace('/', "-");
            manifest.push_str(&format!(
                "mount {name}\nfile /root/secrets/{name}.age\nowner {owner}\ngroup mail\nmode u=r,g=r,o=\npath {path}\nrestart {unit}.service\nreload \nend\n"
            ));
        }
        self.on(&format!("cat > /root/secrets/manifest << 'END OF IT'\n{manifest}END OF IT"));
    }

    /// Without any mount, no file and no link of ours is left.
    fn leaves_nothing(&self) {
        self.declare(&[]);
        self.run("activate").well();
        assert_eq!(self.on("ls -A /etc/lab /run/agenix/"), "/etc/lab:\n\n/run/agenix/:\n");
    }

    fn run(&self, verb: &str) -> Ran {
        let shell = self.shell;
        let run =
            format!("NIXOS_ACTION=switch {shell} /root/secrets/secrets.sh {verb} /root/secrets/manifest");
        self.lab.on(HOST, &run)
    }

    /// The units that should be restarted; then they count as told.
    fn told(&self) -> Vec<String> {
        let list = "cd /run/nixos 2> /dev/null && sort -u activation-restart-list; rm -f /run/nixos/*";
        self.lab.on(HOST, list).stdout.lines().map(ToOwned::to_owned).collect()
    }

    /// Leaves no room in `/run`.
    fn fill_run(&self) {
        self.on("dd if=/dev/zero of=/run/full bs=4k 2> /dev/null; ! printf x 2> /dev/null > /run/more");
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.lab.call(&["disk-free", HOST]);
        self.lab.on(HOST, "rm -f /run/full");
    }
}

#[test]
fn a_full_disk_takes_no_secret_away() {
    Script::try_out(|script| {
        script.declare(&[KEY, PASSWORD, ALIAS]);
        script.run("activate").well();
        script.lab.call(&["disk-full", HOST]).well();
        script.run("activate").fails(1, &["/var/lib/steading/secret-links can't be written"]);
        for path in [KEY, PASSWORD, ALIAS].map(|mount| mount.path) {
            script.on(&format!("cat '{path}'"));
        }
        // What is ours is known still.
        script.lab.call(&["disk-free", HOST]).well();
        script.leaves_nothing();
    });
}

#[test]
fn a_unit_that_could_not_be_told_is_told_the_next_time() {
    Script::try_out(|script| {
        script.declare(&[KEY, PASSWORD]);
        script.run("activate").well();
        assert_eq!(script.told(), ["password.service", "web-key.service"]);
        script.run("activate").well();
        assert!(script.told().is_empty());

        script.seal("password", "another text");
        script.fill_run();
        script.run("activate").fails(1, &["units can't be told"]);
        assert_eq!(script.on("cat /run/agenix/password"), "another text");
        script.on("rm /run/full");
        script.run("activate").well();
        assert_eq!(script.told(), ["password.service"]);
    });
}

#[test]
fn one_without_its_link_keeps_no_other_from_its_owner_or_its_unit() {
    Script::try_out(|script| {
        script.declare(&[KEY, PASSWORD]);
        script.run("activate").well();
        script.told();
        // A file, and a folder of the store, which nobody writes to.
        let in_the_way = [
            "rm -r /etc/lab; mkdir /etc/lab; echo mine > '/etc/lab/the key'",
            "rm -r /etc/lab; mkdir -p /nix/store/in-the-way; ln -s /nix/store/in-the-way /etc/lab",
        ];
        for (in_the_way, says) in
            in_the_way.into_iter().zip(["what is there is not from this configuration", "in the Nix store"])
        {
            script.on(in_the_way);
            script.seal("password", in_the_way.len().to_string().as_str());
            script.run("activate").fails(1, &["secret web/key has no way to /etc/lab/the key: ", says]);
            assert_eq!(script.on("stat -L -c '%U %G %a' /run/agenix/web/key"), "www-data mail 440\n");
            assert!(script.told().contains(&"password.service".to_owned()));
        }
        assert_eq!(script.on("ls -A /nix/store/in-the-way; rmdir /nix/store/in-the-way; rm /etc/lab"), "");
        // One whose owner there is not is left to root; the others are heard of.
        script.seal("password", "once more");
        script.declare(&[Mount { owner: "nobody-of-that-name", ..KEY }, PASSWORD]);
        script.run("activate").fails(1, &["secret web/key can't be given to nobody-of-that-name:mail"]);
        assert_eq!(script.on("stat -L -c '%U %G %a' /run/agenix/web/key"), "root root 400\n");
        assert!(script.told().contains(&"password.service".to_owned()));
    });
}

#[test]
fn the_links_of_mounts_that_are_gone_go_at_boot_too() {
    Script::try_out(|script| {
        script.declare(&[KEY]);
        script.run("activate").well();
        script.on(
            "umount /run/agenix.d; rm -r /run/agenix /run/agenix.d /run/steading; test -L '/etc/lab/the key'",
        );
        script.declare(&[]);
        script.run("activate").well();
        assert_eq!(script.on("ls -A /etc/lab"), "");
        // A host that never had a secret gets nothing at all.
        script.on("rm -rf /var/lib/steading");
        script.run("activate").well();
        script.on("! ls -d /var/lib/steading /run/agenix /run/agenix.d /run/steading 2> /dev/null");
    });
}

#[test]
fn who_reads_a_secret_is_not_kept_out_while_owners_are_looked_after() {
    Script::try_out(|script| {
        script.declare(&[KEY, ALIAS]);
        script.run("install").well();
        let changed = "stat -L -c %z /run/agenix/web/key /run/agenix/token";
        let before = script.on(changed);
        script.run("own").well();
        assert_eq!(script.on(changed), before, "they had their owners, and were given them again");
        // What has another owner than it should gets it.
        script.on("chown nobody /run/agenix/web/key; chmod 0777 /run/agenix/token");
        script.run("own").well();
        assert_eq!(
            script.on("cd /run/agenix; stat -c '%U %G %a' web/key token"),
            "www-data mail 440\nroot mail 440\n"
        );
        assert_eq!(script.on("ls -A /run/agenix.d"), "1\n");
    });
}

#[test]
fn a_link_among_the_secrets_is_never_missing() {
    Script::try_out(|script| {
        script.declare(&[ALIAS]);
        script.run("activate").well();
        // Looked at in a loop by somebody who says when it was not there.
        let watched = "cd /; (while [ ! -e /root/secrets/enough ]; do cat /run/agenix/more/alias > /dev/null || echo missing; done 2> /dev/null) > /root/secrets/seen & \
        for turn in 1 2 3 4 5 6 7 8 9 10; do sh /root/secrets/secrets.sh install /root/secrets/manifest 2> /dev/null || exit 1; done; touch /root/secrets/enough; wait; cat /root/secrets/seen";
        assert_eq!(script.on(watched), "");
    });
}

#[test]
fn names_are_taken_as_they_are() {
    Script::try_out(|script| {
        let names = [
            "-n",
            " a  b ",
            "$(cd;touch oh)",
            "`cd;touch oh`",
            "a\\nb",
            "*",
            "ü",
            "mount x",
            "a'b\"c",
            "end",
            "%s",
        ];
        let paths = names.map(|name| format!("/etc/lab/{name}"));
        let mounts = names.iter().zip(&paths).map(|(name, path)| Mount { name, owner: "www-data", path });
        let mounts = mounts.collect::<Vec<_>>();
        for name in names {
            let quoted = name.replace('\'', r"'\''");
            script.on(&format!("cp /root/secrets/password.age '/root/secrets/{quoted}.age'"));
        }
        script.declare(&mounts);
        for _ in 0..2 {
            script.run("check").well();
            script.run("activate").well();
            for name in names {
                let quoted = name.replace('\'', r"'\''");
                let found =
                    script.on(&format!("cd /etc/lab; cat ./'{quoted}'; stat -L -c ' %U %a' ./'{quoted}'"));
                assert_eq!(found, "text of password www-data 440\n", "{name}");
            }
            assert_eq!(script.on("ls -A /run/agenix/ | wc -l; ls -A /etc/lab | wc -l"), "11\n11\n");
        }
        script.on("! ls /root/oh");
        script.leaves_nothing();
    });
}

#[test]
fn a_disk_that_can_only_be_read_keeps_no_unit_from_its_secret() {
    Script::try_out(|script| {
        script.declare(&[KEY, PASSWORD]);
        script.run("activate").well();
        script.told();
        script.on("cd /var/lib; mount --bind steading steading && mount -o remount,bind,ro steading");
        script.seal("web/key", "another text");
        script.run("activate").fails(1, &["/var/lib/steading/secret-links can't be written"]);
        assert_eq!(
            script.on("cat '/etc/lab/the key'; stat -L -c ' %U' '/etc/lab/the key'"),
            "another text www-data\n"
        );
        assert_eq!(script.told(), ["web-key.service"]);
        script.on("umount /var/lib/steading");
    });
}

#[test]
fn killed_anywhere_it_leaves_each_secret_whole_and_the_next_run_finishes() {
    // Bash counts what it is about to do, in all of its subshells, and kills the one that comes to the step.
    const KILLED: &str = r#"bash -T -c 'n=0; trap "((++n == STEP)) && kill -9 \$BASHPID" DEBUG; set -- activate /root/secrets/manifest; . /root/secrets/secrets.sh' 2> /dev/null"#;
    const LOOK: &str =
        "cat '/etc/lab/the key'; stat -L -c ' %U %a' '/etc/lab/the key'; cat /run/agenix/more/alias";
    let Some(lab) = Lab::take() else { return };
    let script = Script { lab, shell: "sh" };
    script.begin();
    let old = Mount { name: "password", owner: "root", path: "/etc/lab/old" };
    let new = Mount { path: "/etc/lab/new", ..old };
    for step in (1..).step_by(47) {
        script.seal("web/key", "first");
        script.declare(&[KEY, ALIAS, old]);
        script.run("activate").well();
        script.told();
        script.seal("web/key", "second");
        script.declare(&[KEY, ALIAS, new]);
        let killed = script
            .lab
            .on(HOST, &format!("export NIXOS_ACTION=switch; {}", KILLED.replace("STEP", &step.to_string())));
        let found = script.on(LOOK);
        let whole = ["first", "second"].map(|text| format!("{text} www-data 440\ntext of token"));
        assert!(whole.contains(&found), "killed at {step}: {found}");
        script.run("activate").well();
        assert_eq!(script.on(LOOK), whole[1], "killed at {step}");
        assert_eq!(
            script.on("ls -A /etc/lab; ls /run/agenix.d | wc -l"),
            "new\nthe key\n1\n",
            "killed at {step}"
        );
        assert_eq!(script.told(), ["web-key.service"], "killed at {step}");
        if killed.status == 0 {
            assert!(step > 400, "it was killed at {step} steps at most");
            return;
        }
    }
}
