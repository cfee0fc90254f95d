//! The jobs of a console that are about secrets, on a real fleet in the lab's operator.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod common;

use std::{fs, io::Write as _, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use age::secrecy::{ExposeSecret as _, SecretString};
use common::{inside::on_operator, lab::Fleet};
use steading::backend::{
    engine::{self, Site},
    event::{Event, SecretEvent},
    fleet::name_of,
    job::{Backend, End, JobId, Order, Part, Report, SecretFacts, SecretsWork, Work},
    model::{SecretState, SecretStep},
    process::journal,
    secrets::{Handover, Plaintext, SecretResult, SecretsChange, SecretsVerb, identity::Sources},
};
use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(120);

/// A fleet, its admin's key, and the engine that works on it.
struct Scene {
    fleet: Fleet,
    home: TempDir,
    backend: Backend,
}

impl Scene {
    /// The key is locked by a passphrase, if one is given.
    fn new(passphrase: Option<&str>) -> Self {
        let (fleet, home) = (Fleet::example(), TempDir::new().unwrap());
        let key = age::x25519::Identity::generate();
        let admin = format!("{{ x.global.agenix.adminKeys = [ \"{}\" ]; }}", key.to_public());
        fleet.write("modules/globaldata/our-admins.nix", &admin);
        let text = key.to_string().expose_secret().to_owned();
        let text = match passphrase {
            None => text.into_bytes(),
            Some(passphrase) => wrapped(&text, passphrase),
        };
        let path = home.path().join("identity");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let keys = Sources { named: vec![path], ..Sources::default() };
        let backend = start(&fleet, home.path(), keys);
        Self { fleet, home, backend }
    }

    async fn order(&self, order: Order) {
        self.backend.orders.send(order).await.unwrap();
    }

    async fn next(&mut self) -> Report {
        tokio::time::timeout(DEADLINE, self.backend.reports.recv())
            .await
            .expect("a report")
            .expect("the engine lives")
    }

    /// Everything about a job, until its end.
    async fn hear(&mut self, job: u64) -> (Vec<Report>, End) {
        let mut reports = Vec::new();
        loop {
            match self.next().await {
                Report::Ended(ended, end) if ended == JobId(job) => return (reports, end),
                report => reports.push(report),
            }
        }
    }

    async fn evaluate(&mut self, job: u64) -> Vec<Report> {
        self.order(Order::Begin(JobId(job), Work::Evaluate)).await;
        self.hear(job).await.0
    }

    async fn work(&mut self, job: u64, work: SecretsWork) -> (Vec<Report>, End) {
        self.order(Order::Begin(JobId(job), Work::Secrets(work))).await;
        self.hear(job).await
    }
}

fn start(fleet: &Fleet, home: &Path, keys: Sources) -> Backend {
    let flake = name_of(&fleet.path().display().to_string());
    engine::start(Site { flake, state: home.join("state"), cache: home.join("cache"), limit: 4, keys })
        .unwrap()
}

fn wrapped(text: &str, passphrase: &str) -> Vec<u8> {
    let encryptor = age::Encryptor::with_user_passphrase(SecretString::from(passphrase.to_owned()));
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap();
    sealed
}

fn text(text: &str) -> Handover {
    Plaintext::from(text.as_bytes().to_vec()).into()
}

fn change(verb: SecretsVerb, names: &[&str], follow: &[&str]) -> SecretsWork {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    SecretsWork::Change(SecretsChange { verb, names: owned(names), follow: owned(follow), typed: Vec::new() })
}

fn entered(value: &str) -> SecretsWork {
    let name = "uplink/password".to_owned();
    SecretsWork::Enter { name, text: text(value), follow: Vec::new(), typed: Vec::new() }
}

fn facts(reports: &[Report]) -> &SecretFacts {
    let facts = reports.iter().rev().find_map(|report| match report {
        Report::Read(_, Part::Secrets(facts)) => Some(facts.as_ref().unwrap()),
        _ => None,
    });
    facts.expect("how it stands is told")
}

fn state(reports: &[Report], name: &str) -> SecretState {
    let plan = facts(reports).plan.as_ref().unwrap();
    plan.secrets.iter().find(|secret| secret.name == name).unwrap().state.clone()
}

#[test]
fn secrets_are_made_revealed_and_rotated() {
    on_operator("secrets_are_made_revealed_and_rotated", || async {
        let mut scene = Scene::new(None);
        scene.order(Order::Begin(JobId(1), Work::Evaluate)).await;
        let (read, _) = scene.hear(1).await;
        assert_eq!(state(&read, "web/htpasswd"), SecretState::Missing);
        assert!(!facts(&read).plan.as_ref().unwrap().with_key);

        // All that is due was shown; so all of it is done.
        let plan = facts(&read).plan.as_ref().unwrap();
        let due = plan.secrets.iter().filter(|secret| secret.step == Some(SecretStep::Make));
        let due = due.map(|secret| secret.name.clone()).collect::<Vec<_>>();
        let due = due.iter().map(String::as_str).collect::<Vec<_>>();
        let (reports, end) = scene.work(2, change(SecretsVerb::Generate, &[], &due)).await;
        assert_eq!(end, End::Done);
        assert_eq!(state(&reports, "web/htpasswd"), SecretState::Ok);
        let settled = reports.iter().filter(|report| {
            matches!(
                report,
                Report::Advanced(_, Event::Secret(SecretEvent::Settled { result: SecretResult::Made, .. }))
            )
        });
        assert_eq!(settled.count(), due.len(), "{reports:?}");
        // Nix sees what git knows: the files of secrets, and what a script wrote beside.
        let known = scene.fleet.known("secrets");
        for file in ["secrets/data/web/htpasswd.age", "secrets/derived/ssh-public-keys/backups"] {
            assert!(known.iter().any(|known| known == file), "{known:?}");
        }

        let (reports, _) = scene.work(3, SecretsWork::Reveal("web/passwords/alice".to_owned())).await;
        let shown = format!("{reports:?}");
        let handover = reports.iter().find_map(|report| match report {
            Report::Revealed { text, .. } => Some(text.as_ref().unwrap().clone()),
            _ => None,
        });
        let password = handover.unwrap().take().unwrap();
        let password = std::str::from_utf8(password.bytes()).unwrap();
        assert!(password.len() > 8 && !shown.contains(password), "a report never tells the text");

        // What follows from a rotation must have been shown.
        let before = fs::read(scene.fleet.path().join("secrets/data/web/passwords/alice.age")).unwrap();
        let rotation = |follow: &[&str]| change(SecretsVerb::Rotate, &["web/passwords/alice"], follow);
        let (_, end) = scene.work(4, rotation(&[])).await;
        assert!(matches!(&end, End::Failed(error) if error.what.contains("web/htpasswd")), "{end:?}");
        assert_eq!(
            fs::read(scene.fleet.path().join("secrets/data/web/passwords/alice.age")).unwrap(),
            before
        );
        let (reports, end) = scene.work(5, rotation(&["web/htpasswd"])).await;
        assert_eq!(end, End::Done, "{reports:?}");
        assert_ne!(
            fs::read(scene.fleet.path().join("secrets/data/web/passwords/alice.age")).unwrap(),
            before
        );

        let (reports, end) = scene.work(6, entered("typed")).await;
        assert_eq!(end, End::Done, "{reports:?}");
        assert_eq!(state(&reports, "uplink/password"), SecretState::Ok);

        // What the key told of a file that somebody wrote stays, for as long as the file and what is declared do.
        let file = scene.fleet.path().join("secrets/data/smtp/users.age");
        fs::write(&file, fs::read(scene.fleet.path().join("secrets/data/web/htpasswd.age")).unwrap())
            .unwrap();
        let read = scene.evaluate(7).await;
        assert_eq!(state(&read, "smtp/users"), SecretState::Unverified);
        let (reports, end) = scene.work(8, SecretsWork::Look).await;
        assert_eq!((end, state(&reports, "smtp/users")), (End::Done, SecretState::EditedByHand));
        let lines = scene.fleet.path().join("modules/linux/mail.nix");
        fs::write(&lines, format!("# A line more.\n{}", fs::read_to_string(&lines).unwrap())).unwrap();
        let again = scene.evaluate(9).await;
        assert_eq!(state(&again, "smtp/users"), SecretState::EditedByHand);
        let line = |reports| {
            let plan = facts(reports).plan.as_ref().unwrap();
            let secret = plan.secrets.iter().find(|secret| secret.name == "smtp/users").unwrap();
            secret.defined_at.as_ref().unwrap().line.unwrap()
        };
        assert_eq!(line(&again), line(&read) + 1, "where it is declared is told as it is now");
        fs::write(&file, fs::read(scene.fleet.path().join("secrets/data/backups/htpasswd.age")).unwrap())
            .unwrap();
        assert_eq!(state(&scene.evaluate(10).await, "smtp/users"), SecretState::Unverified);
        let (_, end) = scene.work(11, change(SecretsVerb::Rotate, &["smtp/users"], &[])).await;
        assert_eq!(end, End::Done);

        // A second console finds it as it is, without a key.
        let mut other = start(&scene.fleet, &scene.home.path().join("other"), Sources::default());
        other.orders.send(Order::Begin(JobId(1), Work::Evaluate)).await.unwrap();
        let mut read = Vec::new();
        while let Some(report) = other.reports.recv().await {
            if matches!(report, Report::Ended(..)) {
                break;
            }
            read.push(report);
        }
        assert!(
            facts(&read).plan.as_ref().unwrap().secrets.iter().all(|secret| secret.state == SecretState::Ok)
        );
    });
}

#[test]
fn what_scripts_need_is_found_out_with_the_declarations_and_spoils_nothing_else() {
    on_operator("what_scripts_need_is_found_out_with_the_declarations_and_spoils_nothing_else", || async {
        let mut scene = Scene::new(None);
        let evaluations = || {
            let about = |ran: &journal::Ran| ran.command.contains("secrets");
            journal::commands().iter().filter(|ran| ran.command.contains("eval") && about(ran)).count()
        };
        let inputs = |reports: &[Report]| {
            let declared = &facts(reports).declared.secrets;
            let script = declared.iter().find(|secret| secret.name == "backups/copy-key").unwrap();
            (script.generation["runtimeInputs"].clone(), script.problem.clone())
        };
        let read = scene.evaluate(1).await;
        assert_eq!(inputs(&read), (serde_json::json!(["coreutils", "openssh"]), None));
        assert_eq!(evaluations(), 1, "{:#?}", journal::commands());
        // One script asks for what there is not, one refuses by itself, one makes no sense; each is told of by itself.
        scene.fleet.write(
            "modules/globaldata/scripts.nix",
            r#"{
              x.global.agenix.secrets = {
                "lab/nothing".generation.script = { script = ":"; runtimeInputs = pkgs: [ pkgs.not-there ]; };
                "lab/refuses".generation.script = { script = ":"; runtimeInputs = _: throw "not on a Sunday"; };
                "lab/circle".generation.script = { script = ":"; runtimeInputs = _: let it = it; in it; };
                "lab/follows".generation.template.content = "{{ readSecret \"lab/nothing\" }}";
                "lab/script that follows".generation.script = { script = ":"; secrets = [ "lab/nothing" ]; };
              };
            }"#,
        );
        let read = scene.evaluate(2).await;
        for (name, reason) in [
            ("lab/nothing", "modules/globaldata/scripts.nix:3: attribute 'not-there' missing"),
            ("lab/refuses", "modules/globaldata/scripts.nix:4: not on a Sunday"),
            ("lab/circle", "infinite recursion encountered"),
        ] {
            let SecretState::Failed(why) = state(&read, name) else {
                panic!("{name}: {:?}", state(&read, name))
            };
            assert!(why.starts_with("what its script needs can't be evaluated: "), "{name}: {why}");
            assert!(why.contains(reason), "{name}: {why}");
        }
        let needs = SecretState::Skipped(vec!["lab/nothing".to_owned()]);
        assert_eq!(state(&read, "lab/follows"), needs);
        assert_eq!(state(&read, "lab/script that follows"), needs);
        assert_eq!(inputs(&read), (serde_json::json!(["coreutils", "openssh"]), None));
        assert_eq!(state(&read, "backups/copy-key"), SecretState::Missing);
        assert_eq!(state(&read, "web/htpasswd"), SecretState::Missing);

        // What it has to do with is made as if there were no others.
        let verb = change(SecretsVerb::Generate, &["backups/copy-key"], &[]);
        let (reports, end) = scene.work(3, verb).await;
        assert_eq!(end, End::Done, "{reports:?}");
        assert_eq!(state(&scene.evaluate(4).await, "backups/copy-key"), SecretState::Ok);
    });
}

#[test]
fn a_passphrase_is_asked_for_once_and_a_question_can_be_left() {
    on_operator("a_passphrase_is_asked_for_once_and_a_question_can_be_left", || async {
        let mut scene = Scene::new(Some("open sesame"));
        // To encrypt needs no key.
        let (reports, end) = scene.work(1, entered("first")).await;
        assert_eq!(end, End::Done, "{reports:?}");

        // The operator won't say.
        let reveal = || SecretsWork::Reveal("uplink/password".to_owned());
        scene.order(Order::Begin(JobId(2), Work::Secrets(reveal()))).await;
        let number = scene.question(2).await;
        scene.order(Order::Answer(JobId(2), number, None)).await;
        let (reports, _) = scene.hear(2).await;
        assert!(matches!(reports.last(), Some(Report::Revealed { text: Err(_), .. })), "{reports:?}");

        // Or stops the job while it asks.
        scene.order(Order::Begin(JobId(3), Work::Secrets(reveal()))).await;
        scene.question(3).await;
        // What a secret is made of is told meanwhile: that needs no key.
        let outline = SecretsWork::Outline("web/htpasswd".to_owned());
        let (reports, end) = scene.work(4, outline).await;
        assert_eq!(end, End::Done);
        let told = |report: &Report| matches!(report, Report::Outlined { outline: Ok(_), .. });
        assert!(reports.iter().any(told), "{reports:?}");
        scene.order(Order::Cancel(JobId(3))).await;
        let (_, end) = scene.hear(3).await;
        assert_eq!(end, End::Cancelled);

        // A wrong one is asked for again; the right one holds from then on.
        scene.order(Order::Begin(JobId(5), Work::Secrets(reveal()))).await;
        let number = scene.question(5).await;
        scene.order(Order::Answer(JobId(5), number, Some(text("wrong")))).await;
        let number = scene.question(5).await;
        scene.order(Order::Answer(JobId(5), number, Some(text("open sesame")))).await;
        let (reports, end) = scene.hear(5).await;
        assert_eq!(end, End::Done);
        assert!(matches!(reports.last(), Some(Report::Revealed { text: Ok(_), .. })), "{reports:?}");
        let (reports, _) = scene.work(6, reveal()).await;
        assert!(!reports.iter().any(|report| matches!(report, Report::Asks { .. })), "{reports:?}");
    });
}

impl Scene {
    /// Waits for a question of a job; its number.
    async fn question(&mut self, job: u64) -> u64 {
        loop {
            match self.next().await {
                Report::Asks { job: asking, number, .. } if asking == JobId(job) => return number,
                Report::Ended(..) => unreachable!("it ended without asking"),
                _ => {}
            }
        }
    }
}
