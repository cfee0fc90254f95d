//! The demo's globals: who is right follows from the priorities, as in a real fleet.

use serde::Deserialize;
use serde_json::Value;

use super::{data::damaged, options::OwnScript};
use crate::backend::{
    error::Result,
    model::{Definition, DefinitionKind, DefinitionState, File, Globals, Leaf, OptionPath, Place},
};

/// A leaf as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafScript {
    path: OptionPath,
    r#type: String,
    declared: String,
    value: Option<Value>,
    error: Option<String>,
    #[serde(default)]
    said: Vec<Said>,
    /// What an option has that is no global.
    #[serde(default)]
    pub(super) own: OwnScript,
}

/// A definition as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    by: Option<String>,
    at: String,
    via: Option<String>,
    #[serde(default)]
    force: bool,
    #[serde(default)]
    default: bool,
    #[serde(default)]
    disabled: bool,
    order: Option<i64>,
    value: Option<Value>,
    error: Option<String>,
}

/// The globals, with others that come from elsewhere; sorted by path.
pub fn globals(leaves: Vec<LeafScript>, others: Vec<Leaf>) -> Result<Globals> {
    let mut leaves = leaves.into_iter().map(leaf).collect::<Result<Vec<_>>>()?;
    leaves.extend(others);
    leaves.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Globals { namespace: OptionPath(vec!["x".to_owned(), "global".to_owned()]), leaves })
}

/// A leaf, with its option's default where nobody speaks of it.
pub(super) fn leaf(script: LeafScript) -> Result<Leaf> {
    let declaration = place(&script.declared)?;
    let strongest = script.said.iter().filter(|said| !said.disabled).map(Said::priority).min();
    let mut definitions =
        script.said.into_iter().map(|said| said.definition(strongest)).collect::<Result<Vec<_>>>()?;
    if strongest.is_none() {
        definitions.push(Definition {
            host: None,
            place: declaration.clone(),
            via: None,
            items: Vec::new(),
            priority: 1500,
            order: None,
            state: DefinitionState::Used,
            kind: DefinitionKind::Default,
            value: script.value.clone(),
            error: None,
        });
    }
    Ok(Leaf {
        path: script.path,
        type_description: script.r#type,
        value: script.value,
        error: script.error,
        declarations: vec![declaration],
        definitions,
    })
}

impl Said {
    fn priority(&self) -> i64 {
        match (self.force, self.default) {
            (true, _) => 50,
            (false, true) => 1000,
            (false, false) => 100,
        }
    }

    fn definition(self, strongest: Option<i64>) -> Result<Definition> {
        let priority = self.priority();
        Ok(Definition {
            place: place(&self.at)?,
            via: self.via.as_deref().map(place).transpose()?,
            items: Vec::new(),
            priority,
            order: self.order,
            state: match strongest {
                _ if self.disabled => DefinitionState::Disabled,
                Some(strongest) if strongest == priority => DefinitionState::Used,
                _ => DefinitionState::Overridden,
            },
            kind: DefinitionKind::Definition,
            value: self.value,
            error: self.error,
            host: self.by,
        })
    }
}

/// A place as it is written: `FILE:LINE`, or `INPUT:FILE:LINE`.
pub(super) fn place(text: &str) -> Result<Place> {
    let (file, line) = text.rsplit_once(':').ok_or_else(|| damaged(format_args!("{text:?} is no place")))?;
    let file = match file.split_once(':') {
        Some((input, file)) => File::Input { input: input.to_owned(), file: file.to_owned() },
        None => File::Fleet(file.to_owned()),
    };
    Ok(Place { file, line: Some(line.parse().map_err(damaged)?), column: Some(3) })
}
