//! What the deployment tests share: a fleet that can be changed, deployments, and what hosts say of themselves.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::common::{
    Ran, check_schema,
    lab::{Fleet, Lab},
};

/// The lab with a fleet whose hosts have something new to run.
pub struct Scene {
    pub lab: Lab,
    pub fleet: Fleet,
}

/// What a deployment says of each host.
pub struct Said {
    pub status: i32,
    pub stderr: String,
    hosts: BTreeMap<String, Value>,
}

impl Scene {
    /// `None`: there is no lab here, and the reason was printed.
    pub fn take() -> Option<Self> {
        let scene = Self { lab: Lab::take()?, fleet: Fleet::example() };
        // A test that failed may have left an activation that waits.
        for host in ["gate", "post", "watch", "attic"] {
            scene.go_on(host);
            scene.wait_for(host, "! pgrep -f '[s]teading/activation/'");
        }
        scene.novelty();
        Some(scene)
    }

    /// Gives every host something that it has never run.
    pub fn novelty(&self) {
        let word = Instant::now();
        let text = format!("{word:?} {:?}", std::process::id());
        self.fleet
            .write("modules/linux/novelty.nix", &format!("{{ environment.etc.novelty.text = ''{text}''; }}"));
    }

    /// Adds to one host's configuration.
    pub fn add(&self, host: &str, configuration: &str) {
        let module = format!(
            "{{ lib, name, ... }}: {{ config = lib.mkIf (name == \"{host}\") {{ {configuration} }}; }}"
        );
        self.fleet.write(&format!("modules/linux/for-{host}.nix"), &module);
    }

    /// Has the activation of a host wait until the file `/run/go` is there (a minute at most), so that a test can do what it has to in the middle of it.
    pub fn hold_up(&self, host: &str) {
        self.add(
            host,
            r#"system.activationScripts.held = "n=0; until [ -e /run/go ] || [ $n = 600 ]; do n=$((n + 1)); sleep 0.1; done; echo went on";"#,
        );
        self.lab.on(host, "rm -f /run/go").well();
    }

    /// Lets it go on.
    pub fn go_on(&self, host: &str) {
        self.lab.on(host, "touch /run/go").well();
    }

    /// Deploys, and reads the answer.
    #[track_caller]
    pub fn deploy(&self, arguments: &[&str]) -> Said {
        let all = [&["deploy", "--yes", "--json"], arguments].concat();
        Said::from("deploy", self.lab.run(&self.fleet.path(), &all))
    }

    #[track_caller]
    pub fn plan(&self, arguments: &[&str]) -> Said {
        let all = [&["plan", "--json"], arguments].concat();
        Said::from("plan", self.lab.run(&self.fleet.path(), &all))
    }

    /// Deploys on a terminal of its own, on which somebody types a password.
    #[track_caller]
    pub fn deploy_with_password(&self, host: &str, password: &str) -> Said {
        let steading = self.lab.steading(&self.fleet.path());
        let words =
            steading.get_args().skip(2).map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ");
        let answer = self.fleet.path().join("answer.json");
        let call = format!("{words} deploy {host} --yes --json --ask-sudo-password >{}", answer.display());
        let mut terminal = steading_on_terminal(&self.lab, &call);
        let (mut typed, mut shown) = (terminal.stdin.take().unwrap(), terminal.stdout.take().unwrap());
        let mut seen = Vec::new();
        while !seen.ends_with(b"hosts: ") {
            let mut byte = [0];
            shown.read_exact(&mut byte).unwrap();
            seen.push(byte[0]);
        }
        writeln!(typed, "{password}").unwrap();
        shown.read_to_end(&mut seen).unwrap();
        let status = terminal.wait().unwrap().code().unwrap();
        let stdout = std::fs::read_to_string(&answer).unwrap();
        Said::from("deploy", Ran { status, stdout, stderr: String::from_utf8_lossy(&seen).into_owned() })
    }

    /// What `status` says of a host.
    #[track_caller]
    pub fn status(&self, host: &str) -> Value {
        let ran = self.lab.run(&self.fleet.path(), &["status", host, "--json"]);
        check_schema("status", &ran.stdout)["hosts"][host].clone()
    }

    /// Starts a deployment and lets it run.
    pub fn start(&self, arguments: &[&str]) -> Started {
        let mut command = self.lab.steading(&self.fleet.path());
        command.args(["deploy", "--yes", "--json"]).args(arguments);
        Started(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Changes something on a host until the guard is dropped, also by a test that fails.
    #[track_caller]
    pub fn for_now(&self, host: &'static str, change: &str, undo: &str) -> ForNow<'_> {
        let guard = ForNow { lab: &self.lab, host, undo: undo.to_owned() };
        self.lab.on(host, change).well();
        guard
    }

    /// Waits until a host's own shell agrees.
    #[track_caller]
    pub fn wait_for(&self, host: &str, condition: &str) {
        let since = Instant::now();
        while self.lab.on(host, condition).status != 0 {
            assert!(since.elapsed() < Duration::from_secs(60), "{host} never came to {condition:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until a host is in the middle of an activation.
    #[track_caller]
    pub fn wait_for_activation(&self, host: &str) {
        self.wait_for(host, "grep -qx step=activating /run/steading/activation/record && [ ! -e /run/go ]");
    }

    #[track_caller]
    pub fn wait_for_end(&self, host: &str) {
        self.wait_for(host, "grep -qx step=ended /run/steading/activation/record");
    }

    /// What a host runs, read on the host itself.
    #[track_caller]
    pub fn running(&self, host: &str) -> String {
        self.lab.on(host, "readlink -f /run/current-system").well().trim().to_owned()
    }

    /// What a host boots next, read on the host itself.
    #[track_caller]
    pub fn default(&self, host: &str) -> String {
        self.lab.on(host, "readlink -f /nix/var/nix/profiles/system").well().trim().to_owned()
    }
}

/// A change that is undone when this is dropped.
pub struct ForNow<'a> {
    lab: &'a Lab,
    host: &'static str,
    undo: String,
}

impl Drop for ForNow<'_> {
    fn drop(&mut self) {
        let undone = self.lab.on(self.host, &self.undo);
        assert!(undone.status == 0 || std::thread::panicking(), "{undone:?}");
    }
}

/// Runs a shell command on the operator's machine, on a terminal of its own.
fn steading_on_terminal(lab: &Lab, call: &str) -> Child {
    let mut command = lab.steading(Path::new("."));
    let exec = command.get_args().take(2).map(ToOwned::to_owned).collect::<Vec<_>>();
    command = Command::new(command.get_program());
    command.args(exec).args(["script", "--quiet", "--return", "--command", call, "/dev/null"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// A deployment that is going on.
pub struct Started(Child);

impl Started {
    /// Waits for its end and reads the answer.
    #[track_caller]
    pub fn said(self) -> Said {
        Said::from("deploy", Ran::from(self.0.wait_with_output().unwrap()))
    }

    /// The signal goes to the process itself: `lab exec` keeps the pid.
    pub fn signal(&self, signal: &str) {
        let pid = self.0.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    pub fn kill(mut self) {
        self.signal("-KILL");
        self.0.wait().unwrap();
    }
}

impl Said {
    #[track_caller]
    fn from(command: &str, ran: Ran) -> Self {
        assert!(ran.stdout.starts_with('{'), "{ran:?}");
        let document = check_schema(command, &ran.stdout);
        let hosts = document["hosts"].as_object().unwrap();
        let hosts = hosts.iter().map(|(name, host)| (name.clone(), host.clone())).collect();
        Self { status: ran.status, stderr: ran.stderr, hosts }
    }

    /// All that is said of a host.
    pub fn host(&self, host: &str) -> &Value {
        &self.hosts[host]
    }

    /// A field of a host as text; empty where it is null.
    #[track_caller]
    pub fn text(&self, host: &str, field: &str) -> &str {
        self.host(host)[field].as_str().unwrap_or_default()
    }

    #[track_caller]
    pub fn outcome(&self, host: &str) -> &str {
        self.text(host, "outcome")
    }

    /// Holds a host to an outcome, and to a reason that has some words in it.
    #[track_caller]
    pub fn is(&self, host: &str, outcome: &str, reason: &str) {
        assert_eq!(self.outcome(host), outcome, "{host}: {:#?}\n{}", self.hosts[host], self.stderr);
        let found = self.text(host, "reason");
        assert!(found.contains(reason), "{host}: {reason:?} is not in {found:?}");
    }

    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.keys().map(String::as_str)
    }
}
