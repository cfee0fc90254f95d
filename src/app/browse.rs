//! `steading options`: the options of a host.

use tokio_util::sync::CancellationToken;

use super::{cli::OptionsArguments, inspect::Answer, paths::Paths};
use crate::{
    backend::{
        error::{Error, ErrorKind, Result},
        fleet::Fleet,
        model::{OptionPath, OptionsAnswer, OptionsQuestion},
    },
    views::report::{self, json},
};

/// Answers, with what Nix warned of on the way.
pub async fn options(
    fleet: &Fleet,
    arguments: &OptionsArguments,
    cancel: &CancellationToken,
) -> Result<(Answer, Vec<String>)> {
    let question = match &arguments.path {
        Some(path) => OptionsQuestion::Look(path.clone()),
        None if arguments.all || arguments.search.is_some() => OptionsQuestion::Names,
        None => OptionsQuestion::Set,
    };
    let mut browser = fleet.browser(&Paths::find()?.cache)?;
    let mut answer = browser.answer(&arguments.host, &question, cancel).await?;
    if let (OptionsAnswer::Names(names), Some(words)) = (&mut answer, &arguments.search) {
        names.retain(|name| contains(name, words));
        if names.is_empty() {
            let what = format!("{} has no option whose name contains {words:?}", arguments.host);
            return Err(Error::new(ErrorKind::Usage, what)
                .hint(format!("`steading options {} --all` lists them", arguments.host)));
        }
    }
    let text = match &answer {
        OptionsAnswer::Set(options) => report::set_options(options),
        OptionsAnswer::Names(names) => report::option_names(names),
        OptionsAnswer::Look(node) => report::option_node(node),
    };
    Ok((Answer { text, json: json::options(&arguments.host, &answer) }, browser.take_warnings()))
}

/// Whether a name contains every one of some words, in any order, in upper or lower case.
fn contains(name: &OptionPath, words: &str) -> bool {
    let name = name.to_string().to_lowercase();
    words.split_whitespace().all(|word| name.contains(&word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_its_parts() {
        let name = OptionPath(["services", "openssh", "enable"].map(str::to_owned).to_vec());
        for (words, found) in
            [("SSH enable", true), ("enable services", true), ("ssh port", false), ("", true)]
        {
            assert_eq!(contains(&name, words), found, "{words}");
        }
    }
}
