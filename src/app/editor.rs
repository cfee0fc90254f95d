//! The operator's editor, opened where something is written.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitStatus,
};

use tokio::process::Command;

use crate::backend::error::{Error, ErrorKind, Result};

/// A command that edits files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    program: String,
    arguments: Vec<String>,
}

/// How an editor is told where to go in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `+call cursor(LINE,COLUMN) FILE`
    Vim,
    /// `+LINE FILE`
    PlusLine,
    /// `+LINE:COLUMN FILE`
    PlusColon,
    /// `+LINE,COLUMN FILE`
    PlusComma,
    /// `FILE:LINE:COLUMN`
    Suffix,
    /// `--goto FILE:LINE:COLUMN`
    Goto,
    /// `--line LINE --column COLUMN FILE`
    Options,
    /// `--line LINE:COLUMN FILE`
    LineOption,
}

/// Editors by the name of their program, as their manuals say.
const KNOWN: [(&[&str], Style); 8] = [
    (&["vim", "nvim", "gvim", "mvim", "vimx", "view", "neovide"], Style::Vim),
    (&["vi", "nvi", "vis", "mg", "zile", "joe", "jmacs", "jstar", "jed", "pico", "bbedit"], Style::PlusLine),
    (&["emacs", "emacsclient", "kak", "micro", "gedit", "xed", "pluma"], Style::PlusColon),
    (&["nano", "rnano", "ne", "dte"], Style::PlusComma),
    (&["hx", "helix", "subl", "sublime_text", "zed", "zeditor", "zedit", "lapce"], Style::Suffix),
    (&["code", "codium", "vscodium", "code-insiders", "code-oss", "cursor", "windsurf"], Style::Goto),
    (&["kate", "kwrite", "geany", "idea", "clion", "pycharm", "rustrover", "webstorm"], Style::Options),
    (&["mate"], Style::LineOption),
];

/// Keeps what vim remembers of a file beside that file.
const PRIVATE_VIM: &str = "set noundofile nobackup nowritebackup directory=.";

/// The variables that name it, the first that is set counts; the names are those of POSIX, and the order is git's.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];

/// What there is on nearly every system.
const FALLBACK: &str = "vi";

impl Editor {
    /// The editor that this process's environment names.
    pub fn of_process() -> Result<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let is_there = |program: &str| env::split_paths(&path).any(|folder| folder.join(program).is_file());
        Self::find(|name| env::var(name).ok(), is_there)
    }

    /// The editor that variables name, or `vi` if it is there.
    fn find(get: impl Fn(&str) -> Option<String>, is_there: impl Fn(&str) -> bool) -> Result<Self> {
        let error = |what: String| Error::new(ErrorKind::Configuration, what);
        let set = VARIABLES.into_iter().find_map(|name| {
            let value = get(name)?;
            (!value.trim().is_empty()).then_some((name, value))
        });
        let Some((name, value)) = set else {
            if is_there(FALLBACK) {
                return Ok(Self { program: FALLBACK.to_owned(), arguments: Vec::new() });
            }
            return Err(error("no editor is set".to_owned()).hint("set EDITOR, as in: export EDITOR=nano"));
        };
        let words = shell_words::split(&value)
            .map_err(|_| error(format!("{name} is no command: a quote is not closed in {value:?}")))?;
        let mut words = words.into_iter();
        let program = words.next().filter(|program| !program.is_empty());
        let program = program.ok_or_else(|| error(format!("{name} is no command: {value:?}")))?;
        Ok(Self { program, arguments: words.collect() })
    }

    /// Opens a file, at a line and a column if they are known (both count from 1), and waits until the editor ends. It needs the terminal.
    pub async fn open(&self, file: &Path, line: Option<u32>, column: Option<u32>) -> Result<()> {
        self.run(Command::new(&self.program).args(self.arguments(file, line, column))).await
    }

    /// Opens a file of which nothing may be left anywhere else, and waits until the editor ends. It needs the terminal.
    ///
    /// What editors keep beside a file (swap files, backups) is wherever the file is; what vim keeps elsewhere is turned off, and temporary files go to the file's folder.
    pub async fn open_private(&self, file: &Path) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        if self.style() == Some(Style::Vim) {
            command.args(["-i", "NONE", "-c", PRIVATE_VIM]);
        } else {
            // `vi` may be vim, or something that knows none of these options.
            command.env("VIMINIT", format!("{PRIVATE_VIM} viminfo="));
        }
        if let Some(folder) = file.parent() {
            command.env("TMPDIR", folder);
        }
        self.run(command.arg(plain(file))).await
    }

    async fn run(&self, command: &mut Command) -> Result<()> {
        let status = command.status().await;
        let status = status.map_err(|cause| {
            Error::io(format!("starting the editor {}", self.program), &cause)
                .hint("EDITOR (or VISUAL, which goes first) says which one is started")
        })?;
        if status.success() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Process, format!("the editor {} {}", self.program, ended(status))))
    }

    fn arguments(&self, file: &Path, line: Option<u32>, column: Option<u32>) -> Vec<OsString> {
        let file = plain(file);
        let mut arguments = self.arguments.iter().map(OsString::from).collect::<Vec<_>>();
        let (Some(line), Some(style)) = (line, self.style()) else {
            arguments.push(file.into());
            return arguments;
        };
        let column = column.unwrap_or(1);
        let here = || {
            let mut place = file.clone().into_os_string();
            place.push(format!(":{line}:{column}"));
            place
        };
        let before = match style {
            Style::Vim => vec![format!("+call cursor({line},{column})")],
            Style::PlusLine => vec![format!("+{line}")],
            Style::PlusColon => vec![format!("+{line}:{column}")],
            Style::PlusComma => vec![format!("+{line},{column}")],
            Style::Options => {
                ["--line", &line.to_string(), "--column", &column.to_string()].map(str::to_owned).into()
            }
            Style::LineOption => vec!["--line".to_owned(), format!("{line}:{column}")],
            Style::Suffix => {
                arguments.push(here());
                return arguments;
            }
            Style::Goto => {
                arguments.extend(["--goto".into(), here()]);
                return arguments;
            }
        };
        arguments.extend(before.into_iter().map(OsString::from));
        arguments.push(file.into());
        arguments
    }

    /// How it takes a place; an editor that nobody knows gets the file alone, which is always understood.
    fn style(&self) -> Option<Style> {
        let name = Path::new(&self.program).file_name()?.to_str()?;
        let of = |name: &str| KNOWN.iter().find(|(names, _)| names.contains(&name)).map(|(_, style)| *style);
        // vim.basic, emacs-nox, emacs29
        let stem = || name.split(|c: char| c == '.' || c == '-' || c.is_ascii_digit()).next().unwrap_or(name);
        of(name).or_else(|| of(stem()))
    }
}

/// A path that no program takes for an option, nor for a line.
fn plain(file: &Path) -> PathBuf {
    if file.is_absolute() { file.to_owned() } else { Path::new(".").join(file) }
}

fn ended(status: ExitStatus) -> String {
    status.code().map_or_else(|| format!("was ended: {status}"), |code| format!("ended with status {code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor(value: &str) -> Editor {
        Editor::find(|name| (name == "EDITOR").then(|| value.to_owned()), |_| false).unwrap()
    }

    fn command(value: &str, file: &str, line: Option<u32>, column: Option<u32>) -> String {
        let editor = editor(value);
        let arguments = editor.arguments(Path::new(file), line, column);
        let words = arguments.iter().map(|word| word.to_str().unwrap());
        shell_words::join(std::iter::once(&*editor.program).chain(words))
    }

    #[test]
    fn each_editor_is_told_in_its_way() {
        for (value, expected) in [
            ("vim", "vim '+call cursor(12,5)' /f/a.nix"),
            ("/usr/bin/nvim", "/usr/bin/nvim '+call cursor(12,5)' /f/a.nix"),
            ("vim.basic -n", "vim.basic -n '+call cursor(12,5)' /f/a.nix"),
            ("vi", "vi +12 /f/a.nix"),
            ("nano", "nano +12,5 /f/a.nix"),
            ("emacs", "emacs +12:5 /f/a.nix"),
            ("emacs29 -nw", "emacs29 -nw +12:5 /f/a.nix"),
            ("emacsclient -t -a ''", "emacsclient -t -a '' +12:5 /f/a.nix"),
            ("micro", "micro +12:5 /f/a.nix"),
            ("kak", "kak +12:5 /f/a.nix"),
            ("hx", "hx /f/a.nix:12:5"),
            ("zed --wait", "zed --wait /f/a.nix:12:5"),
            ("code --wait", "code --wait --goto /f/a.nix:12:5"),
            ("code-insiders", "code-insiders --goto /f/a.nix:12:5"),
            ("codium", "codium --goto /f/a.nix:12:5"),
            ("kate -b", "kate -b --line 12 --column 5 /f/a.nix"),
            ("mate -w", "mate -w --line 12:5 /f/a.nix"),
            ("'/opt/my editor/subl' -w", "'/opt/my editor/subl' -w /f/a.nix:12:5"),
            ("unheard-of", "unheard-of /f/a.nix"),
        ] {
            assert_eq!(command(value, "/f/a.nix", Some(12), Some(5)), expected);
        }
        assert_eq!(command("vim", "/f", Some(3), None), "vim '+call cursor(3,1)' /f");
        assert_eq!(command("hx", "/f", None, None), "hx /f");
        assert_eq!(command("vi", "+x", None, None), "vi ./+x");
        assert_eq!(command("nano", "-x", Some(1), None), "nano +1,1 ./-x");
    }

    #[test]
    fn the_first_variable_that_says_something_counts() {
        let find = |visual: &'static str, editor: &'static str, vi| {
            let get = move |name: &str| Some(if name == "VISUAL" { visual } else { editor }.to_owned());
            Editor::find(get, |_| vi).map(|editor| editor.program)
        };
        assert_eq!(find("nvim", "nano", true).unwrap(), "nvim");
        assert_eq!(find(" ", "nano", true).unwrap(), "nano");
        assert_eq!(find("", "", true).unwrap(), "vi");
        let error = find("", "", false).unwrap_err().to_string();
        assert_eq!(error, "no editor is set; set EDITOR, as in: export EDITOR=nano");
        let error = find("", "vim 'x", true).unwrap_err().to_string();
        assert_eq!(error, "EDITOR is no command: a quote is not closed in \"vim 'x\"");
        let error = find("''", "vim", true).unwrap_err().to_string();
        assert_eq!(error, "VISUAL is no command: \"''\"");
    }

    #[tokio::test]
    async fn how_it_ended_is_told() {
        let open = async |value: &str| editor(value).open(Path::new("/dev/null"), Some(1), None).await;
        open("true").await.unwrap();
        assert_eq!(open("false").await.unwrap_err().to_string(), "the editor false ended with status 1");
        let error = open("sh -c 'kill -9 $$'").await.unwrap_err().to_string();
        assert!(error.contains("the editor sh was ended: signal: 9"), "{error}");
        let error = open("/nonexistent/editor -x").await.unwrap_err().to_string();
        assert!(error.contains("starting the editor /nonexistent/editor: No such file"), "{error}");
        assert!(error.contains("EDITOR (or VISUAL"), "{error}");
    }
}
