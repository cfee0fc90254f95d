//! Notices that files of the fleet change.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// How long nothing has to happen until a change is told: an editor, and git even more so, makes many of one.
const QUIET: Duration = Duration::from_millis(300);

/// How long a change is kept back at most, while more of them come.
const LONGEST: Duration = Duration::from_secs(3);

/// How often is looked where the kernel doesn't tell.
const POLL: Duration = Duration::from_secs(2);

/// Folders that no fleet is made of, and that would cost thousands of watches.
const SKIPPED: [&str; 6] = [".git", ".jj", ".direnv", ".devenv", "node_modules", "target"];

/// A watch over a fleet's folder. Dropping it ends it.
pub struct Watch {
    folder: PathBuf,
    git: Option<PathBuf>,
    watcher: Box<dyn Watcher + Send + Sync>,
    dirty: Arc<Notify>,
    /// A change that was noticed and not told yet.
    noticed: Option<Noticed>,
}

/// When a change is told.
#[derive(Debug, Clone, Copy)]
struct Noticed {
    /// Then, if nothing more happens.
    at_rest: Instant,
    /// Then in any case.
    latest: Instant,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Watch {
    /// Begins to watch. Where the kernel gives no watches (there is a limit for each user), files are looked at now and then instead; where not even that works, nothing is ever noticed.
    #[must_use]
    pub fn begin(folder: PathBuf) -> Self {
        let dirty = Arc::new(Notify::new());
        let git = folder.ancestors().find_map(|folder| git_folder(&folder.join(".git")));
        let handler = || {
            let (dirty, folder, git) = (dirty.clone(), folder.clone(), git.clone());
            move |event: notify::Result<Event>| {
                if event.is_ok_and(|event| matters(&event, &folder, git.as_deref())) {
                    dirty.notify_one();
                }
            }
        };
        let by_kernel = RecommendedWatcher::new(handler(), Config::default())
            .map(|watcher| Box::new(watcher) as Box<dyn Watcher + Send + Sync>);
        let folders = folders(&folder, git.as_deref());
        let watcher = by_kernel.and_then(|mut watcher| {
            folders.iter().try_for_each(|folder| attend(watcher.as_mut(), folder)).map(|()| watcher)
        });
        let watcher = watcher.unwrap_or_else(|_| {
            let polling = PollWatcher::new(handler(), Config::default().with_poll_interval(POLL));
            let mut watcher: Box<dyn Watcher + Send + Sync> = match polling {
                Ok(watcher) => Box::new(watcher),
                Err(_) => Box::new(notify::NullWatcher),
            };
            for folder in &folders {
                let _ = attend(watcher.as_mut(), folder);
            }
            watcher
        });
        Self { folder, git, watcher, dirty, noticed: None }
    }

    /// Waits until files have changed and are at rest again. Whoever stops waiting and comes back later misses nothing.
    pub async fn changed(&mut self) {
        loop {
            let told_at = self.noticed.map(|noticed| noticed.at_rest.min(noticed.latest));
            tokio::select! {
                () = self.dirty.notified() => {
                    let now = Instant::now();
                    let latest = self.noticed.map_or(now + LONGEST, |noticed| noticed.latest);
                    self.noticed = Some(Noticed { at_rest: now + QUIET, latest });
                }
                () = sleep_until(told_at.unwrap_or_else(Instant::now)), if told_at.is_some() => break,
            }
        }
        self.noticed = None;
        // Folders that are new are watched from now on; to name the others again costs nothing.
        for folder in folders(&self.folder, self.git.as_deref()) {
            let _ = attend(self.watcher.as_mut(), &folder);
        }
    }
}

/// A folder that has gone meanwhile is no failure: that it went is an event of the one above it.
fn attend(watcher: &mut (dyn Watcher + Send + Sync), folder: &Path) -> notify::Result<()> {
    match watcher.watch(folder, RecursiveMode::NonRecursive) {
        Err(error) if folder.is_dir() => Err(error),
        _ => Ok(()),
    }
}

/// The folder with HEAD and the index: `.git` itself, or where the file of that name in a work tree points to.
fn git_folder(git: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git.to_owned());
    }
    let text = fs::read_to_string(git).ok()?;
    let target = git.parent()?.join(text.strip_prefix("gitdir:")?.trim());
    target.is_dir().then_some(target)
}

/// The folders to watch: those of the fleet, and those of git where a commit shows.
fn folders(folder: &Path, git: Option<&Path>) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    visit(folder, &mut found);
    if let Some(git) = git {
        found.insert(git.to_owned());
        visit(&git.join("refs"), &mut found);
    }
    found
}

fn visit(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    found.insert(folder.to_owned());
    for entry in entries.filter_map(Result::ok) {
        // A link to a folder is a file here: `result` leads into the store.
        let skipped = entry.file_name().to_str().is_some_and(|name| SKIPPED.contains(&name));
        if !skipped && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            visit(&entry.path(), found);
        }
    }
}

fn matters(event: &Event, folder: &Path, git: Option<&Path>) -> bool {
    // Reading is none of our business: we do it ourselves.
    !matches!(event.kind, EventKind::Access(_))
        && (event.paths.is_empty() || event.paths.iter().any(|path| is_of_the_fleet(path, folder, git)))
}

/// Whether a change of a file may change what is read of the fleet.
fn is_of_the_fleet(path: &Path, folder: &Path, git: Option<&Path>) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return true };
    if let Some(inside) = git.and_then(|git| path.strip_prefix(git).ok()) {
        let of_revision = matches!(name, "HEAD" | "index" | "packed-refs") || inside.starts_with("refs");
        return of_revision && path.extension().is_none_or(|extension| extension != "lock");
    }
    // Where the fleet itself lies says nothing: it may be below a folder of such a name.
    let inside = path.strip_prefix(folder).unwrap_or(path);
    if inside.iter().any(|part| part.to_str().is_some_and(|name| SKIPPED.contains(&name))) {
        return false;
    }
    let result = name == "result" || name.starts_with("result-");
    !is_of_an_editor(name) && (!result || path.is_file())
}

/// Whether a file is one that editors keep beside those that one edits: Vim's, Emacs', Kate's, GNOME's, `IntelliJ`'s.
fn is_of_an_editor(name: &str) -> bool {
    let swap = name.starts_with('.')
        && name.rsplit_once(".s").is_some_and(|(_, end)| end.len() == 2 && end.starts_with('w'));
    swap || name.ends_with('~')
        || name == "4913"
        || name.starts_with(".#")
        || (name.starts_with('#') && name.ends_with('#'))
        || name.ends_with(".kate-swp")
        || name.starts_with(".goutputstream-")
        || name.ends_with("___jb_tmp___")
        || name.ends_with("___jb_old___")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beside_the_point_is_left_alone() {
        let git = Path::new("/f/.git");
        let counts = |path: &str| is_of_the_fleet(Path::new(path), Path::new("/f"), Some(git));
        for path in [
            "/f/flake.nix",
            "/f/hosts/a/default.nix",
            "/f/.git/HEAD",
            "/f/.git/index",
            "/f/.git/refs/heads/main",
            "/f/results.nix",
            "/f/secrets/data/x.age",
        ] {
            assert!(counts(path), "{path}");
        }
        for path in [
            "/f/.git/index.lock",
            "/f/.git/objects/aa/bb",
            "/f/.git/COMMIT_EDITMSG",
            "/f/.git/refs/heads/main.lock",
            "/f/result",
            "/f/result-doc",
            "/f/a.nix~",
            "/f/.a.nix.swp",
            "/f/.a.nix.swx",
            "/f/.#a.nix",
            "/f/#a.nix#",
            "/f/4913",
            "/f/.direnv/x",
        ] {
            assert!(!counts(path), "{path}");
        }
    }

    #[tokio::test]
    async fn who_is_called_away_while_waiting_misses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::begin(folder.path().canonicalize().unwrap());
        fs::write(folder.path().join("flake.nix"), "{ }").unwrap();
        let noticed = async {
            // Less than it takes files to be at rest.
            while tokio::time::timeout(QUIET / 6, watch.changed()).await.is_err() {}
        };
        tokio::time::timeout(Duration::from_secs(20), noticed).await.expect("the change is told");
    }

    #[tokio::test]
    async fn a_fleet_below_a_folder_that_is_skipped_in_fleets_is_watched() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().canonicalize().unwrap().join("target/fleet");
        fs::create_dir_all(&folder).unwrap();
        let mut watch = Watch::begin(folder.clone());
        fs::write(folder.join("flake.nix"), "{ }").unwrap();
        tokio::time::timeout(Duration::from_secs(20), watch.changed()).await.expect("the change is told");
    }

    #[tokio::test]
    async fn a_file_in_a_new_folder_is_noticed_and_many_changes_are_one() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        let mut watch = Watch::begin(folder.path().canonicalize().unwrap());
        let deadline = Duration::from_secs(20);
        fs::create_dir_all(folder.path().join("hosts/new")).unwrap();
        for number in 0..50 {
            fs::write(folder.path().join(format!("{number}.nix")), "{ }").unwrap();
        }
        tokio::time::timeout(deadline, watch.changed()).await.expect("the folder is noticed");
        fs::write(folder.path().join("hosts/new/default.nix"), "{ }").unwrap();
        tokio::time::timeout(deadline, watch.changed()).await.expect("the file in it, too");
        fs::write(folder.path().join(".git/COMMIT_EDITMSG"), "x").unwrap();
        fs::write(folder.path().join("a.nix~"), "x").unwrap();
        let noticed = tokio::time::timeout(Duration::from_secs(1), watch.changed()).await;
        assert!(noticed.is_err(), "nothing of the fleet changed");
    }
}
