use std::{collections::VecDeque, fs, sync::Mutex};

use ratatui::{Terminal as Ratatui, backend::TestBackend};

use super::*;
use crate::{
    app::{
        deployment::Stage,
        keys::Chord,
        state::{Pane, Part},
        testing::{at, new},
    },
    backend::{
        demo::{Pace, Script, start},
        job::Work,
    },
    views,
};

/// A terminal on which nobody presses a key unless the test does.
#[derive(Debug)]
struct Paper {
    screen: Ratatui<TestBackend>,
    /// When each frame was drawn.
    frames: Vec<Instant>,
    happens: Mutex<VecDeque<Happened>>,
    lent: bool,
    copied: Vec<String>,
}

impl Paper {
    fn new(width: u16, height: u16) -> Self {
        Self {
            screen: Ratatui::new(TestBackend::new(width, height)).unwrap(),
            frames: Vec::new(),
            happens: Mutex::default(),
            lent: false,
            copied: Vec::new(),
        }
    }

    fn text(&self) -> String {
        self.screen.backend().to_string()
    }
}

impl Terminal for Paper {
    async fn next(&mut self) -> Happened {
        let next = self.happens.lock().unwrap().pop_front();
        match next {
            Some(happened) => {
                self.lent = false;
                happened
            }
            None => std::future::pending().await,
        }
    }

    fn draw(&mut self, state: &State) -> Result<()> {
        assert!(!self.lent, "nothing is drawn over an editor");
        self.frames.push(Instant::now());
        self.screen.draw(|frame| views::draw(frame, state)).unwrap();
        Ok(())
    }

    fn redraw(&mut self) -> Result<()> {
        Ok(())
    }

    fn copy(&mut self, text: &str) -> Result<()> {
        self.copied.push(text.to_owned());
        Ok(())
    }

    fn edit(&mut self, _: PathBuf, _: &Place) -> Result<()> {
        self.lent = true;
        Ok(())
    }

    fn edit_private(&mut self, file: PathBuf) -> Result<()> {
        self.edit(file, &Place { file: File::Fleet(String::new()), line: None, column: None })
    }

    fn is_lent(&self) -> bool {
        self.lent
    }

    fn suspend(&mut self) -> Result<()> {
        Ok(())
    }
}

fn on_the_demo(script: Script) -> Runtime<Paper> {
    let backend = start(script, Pace::Instant).unwrap();
    Runtime::new(Paper::new(120, 40), new((120, 40)), backend).unwrap()
}

impl Runtime<Paper> {
    fn press(&mut self, keys: &str) {
        for key in keys.parse::<Chord>().unwrap().0 {
            self.take(Msg::Pressed(key)).unwrap();
        }
    }

    /// Goes on for some time, whatever happens.
    async fn go_on_for(&mut self, time: Duration) {
        let _ = timeout(time, async {
            loop {
                self.turn().await.unwrap();
            }
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn two_keys_deploy_the_fleet_on_the_screen() {
    let mut console = on_the_demo(Script::default());
    console.settle().await.unwrap();
    assert!(console.terminal.text().contains("gate"), "{}", console.terminal.text());
    console.press("F");
    console.settle().await.unwrap();
    assert_eq!(console.state.deployment.as_ref().unwrap().stage, Stage::Planned);
    assert!(console.terminal.text().contains("would-activate"), "{}", console.terminal.text());
    console.press("F");
    console.settle().await.unwrap();
    let text = console.terminal.text();
    for word in ["activated", "build-failed", "unreachable"] {
        assert!(text.contains(word), "no {word}:\n{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn frames_keep_their_distance_and_end_when_nothing_changes() {
    let mut console = on_the_demo(Script::default());
    console.settle().await.unwrap();
    console.press("F");
    console.settle().await.unwrap();
    console.press("F");
    console.settle().await.unwrap();
    let frames = &console.terminal.frames;
    assert!(frames.windows(2).all(|pair| pair[1] - pair[0] >= FRAME), "{frames:?}");
    let drawn = frames.len();
    // The clock of the state is the machine's: a minute of it may end in here, which is worth one frame.
    console.go_on_for(Duration::from_secs(20)).await;
    assert!(console.terminal.frames.len() <= drawn + 1);
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_takes_no_orders_freezes_nothing() {
    let (orders, _unread) = mpsc::channel(1);
    let (_reporter, reports) = mpsc::channel(1);
    let backend = Backend { orders, reports };
    let mut console = Runtime::new(Paper::new(80, 24), new((80, 24)), backend).unwrap();
    for _ in 0..50 {
        console.press("r");
    }
    console.press("3");
    console.go_on_for(Duration::from_secs(1)).await;
    assert_eq!(console.state.pane, Pane::Services);
    assert!(console.terminal.text().contains("Services 0/0"), "{}", console.terminal.text());
}

#[tokio::test(start_paused = true)]
async fn reports_are_taken_in_while_the_editor_has_the_terminal() {
    let mut console = on_the_demo(Script::default());
    console.settle().await.unwrap();
    console.state.known.fleet.value.as_mut().unwrap().folder = Some("/home/me/fleet".into());
    console.press("enter");
    console.press("e");
    assert!(console.terminal.lent, "the host's folder is opened");
    let frames = console.terminal.frames.len();
    console.press("F");
    console.go_on_for(Duration::from_secs(5)).await;
    assert_eq!(console.state.deployment.as_ref().unwrap().stage, Stage::Planned);
    assert_eq!(console.terminal.frames.len(), frames);
    console.terminal.happens.lock().unwrap().push_back(Happened::Msg(Msg::Edited(Ok(()))));
    console.settle().await.unwrap();
    assert!(console.terminal.text().contains("would-activate"));
}

#[tokio::test(start_paused = true)]
async fn filters_are_answered_beside_the_loop() {
    let mut console = on_the_demo(Script::default());
    console.settle().await.unwrap();
    console.press("/");
    console.press("g");
    console.press("a");
    console.settle().await.unwrap();
    assert_eq!(console.state.hosts.selected(), Some("gate"));
}

#[tokio::test(start_paused = true)]
async fn a_log_is_saved_once_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = on_the_demo(Script::default());
    console.state.settings.folder = folder.path().to_owned();
    console.settle().await.unwrap();
    console.press("F");
    console.settle().await.unwrap();
    console.press("L");
    assert_eq!(console.state.part, Part::Log);
    for (time, says) in [(1, "lines are in"), (2, "is there already")] {
        console.press("S");
        console.press("enter");
        console.settle().await.unwrap();
        let notice = console.state.notice.clone().unwrap().text;
        assert!(notice.contains(says), "{time}: {notice}");
    }
    let saved = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let [file] = &saved[..] else { panic!("{saved:?}") };
    assert!(!fs::read_to_string(file).unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_copied_reaches_the_terminal() {
    let mut console = on_the_demo(Script::default());
    console.settle().await.unwrap();
    console.press("Y");
    let host = console.state.hosts.selected().unwrap().to_owned();
    assert_eq!(console.terminal.copied, [format!("steading plan {host}")]);
}

#[tokio::test(start_paused = true)]
async fn it_ends_as_it_was_asked_to() {
    let console = on_the_demo(Script::default());
    console.terminal.happens.lock().unwrap().push_back(Happened::Ended(143));
    assert_eq!(console.run().await.unwrap(), 143);
    let (orders, _unread) = mpsc::channel(9);
    let (reporter, reports) = mpsc::channel(1);
    drop(reporter);
    let console = Runtime::new(Paper::new(80, 24), new((80, 24)), Backend { orders, reports }).unwrap();
    let error = console.run().await.unwrap_err();
    assert!(error.what.contains("its backend ended"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_first_order_is_to_evaluate_and_what_is_known_is_shown_before() {
    let (orders, mut ordered) = mpsc::channel(9);
    let (reporter, reports) = mpsc::channel(9);
    let mut console = Runtime::new(Paper::new(80, 24), new((80, 24)), Backend { orders, reports }).unwrap();
    let known = crate::backend::job::Remembered {
        fleet: Some((crate::app::testing::facts(&["gate"]), at(0))),
        ..Default::default()
    };
    reporter.send(Report::Remembered(Box::new(known))).await.unwrap();
    console.go_on_for(Duration::from_millis(200)).await;
    assert!(matches!(ordered.try_recv(), Ok(Order::Begin(_, Work::Evaluate))));
    let text = console.terminal.text();
    assert!(text.contains("gate") && text.contains("evaluating"), "{text}");
}
