//! A host's own options.

use super::{
    Cell, Table,
    globals::{in_full, value_cell},
    style::{self, paint},
    text::{counted, printable},
};
use crate::backend::model::{OptionDetail, OptionNode, OptionPath, SetOption};

/// The options that are set, a line each.
#[must_use]
pub fn set_options(options: &[SetOption]) -> String {
    if options.is_empty() {
        return paint(style::FAINT, "no option is set") + "\n";
    }
    let mut table = Table::new(&["OPTION", "VALUE"]);
    for option in options {
        let value = match (&option.value, &option.error) {
            (None, None) => Cell::new(style::FAINT, "…"),
            (value, error) => value_cell(value.as_ref(), error.as_deref()),
        };
        table.row([Cell::new(style::NAME, option.path.to_string()), value]);
    }
    table.render()
}

/// Names of options, a line each: what is searched through with other programs, too.
#[must_use]
pub fn option_names(names: &[OptionPath]) -> String {
    names.iter().map(|name| printable(&name.to_string()) + "\n").collect()
}

/// A place of the option tree: an option with everything that was said about it, and what is below.
#[must_use]
pub fn option_node(node: &OptionNode) -> String {
    let mut text = node.option.as_ref().map(option).unwrap_or_default();
    let below = node.children.iter().map(|name| {
        let mut path = node.path.clone();
        path.0.push(name.clone());
        path
    });
    let below = option_names(&below.collect::<Vec<_>>());
    if !below.is_empty() && !text.is_empty() {
        text.push_str(&paint(style::FAINT, "\nbelow it\n"));
    }
    text + &below
}

fn option(option: &OptionDetail) -> String {
    let mut text = in_full(&option.leaf, None);
    if option.folded > 0 {
        let more = counted(option.folded, "more definition");
        text.push_str(&paint(style::FAINT, &format!("  and {more}\n")));
    }
    for (what, words) in [("default", &option.default), ("example", &option.example)] {
        if let Some(words) = words {
            text.push_str(&paint(style::FAINT, &format!("\n{what}\n")));
            text.push_str(&lines(words));
        }
    }
    if let Some(description) = &option.description {
        text.push('\n');
        text.push_str(&lines(description));
    }
    text
}

/// A text of several lines, of which none does anything to a terminal.
fn lines(text: &str) -> String {
    text.lines().map(|line| format!("  {}", printable(line)).trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_option_is_told_with_all_that_belongs_to_it() {
        let node = serde_json::from_value::<OptionNode>(json!({
            "path": ["services", "web"], "children": ["port"],
            "option": {
                "path": ["services", "web"], "type": "submodule", "value": "<set of 1>", "declarations": [], "definitions": [],
                "description": "What is served.\n\nTo \u{1b}[2Jmany.", "default": "{ }", "example": "{\n  port = 1;\n}", "priority": 100, "folded": 3,
            },
        }));
        let text = anstream::adapter::strip_str(&option_node(&node.unwrap())).to_string();
        assert_eq!(
            text,
            "services.web = <set of 1>\n  submodule\n  and 3 more definitions\n\ndefault\n  { }\n\nexample\n  {\n    port = 1;\n  }\n\n  What is served.\n\n  To ·[2Jmany.\n\nbelow it\nservices.web.port\n"
        );
    }
}
