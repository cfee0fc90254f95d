//! One secret, looked at: what it is made of, and on a second demand its text, for a while.

use std::time::{Duration, SystemTime};

use super::{What, acting::want};
use crate::{
    app::{
        command::Action,
        cursor::Cursor,
        effect::Effect,
        layers::Layer,
        state::{Pane, State},
    },
    backend::{
        error::Error,
        secrets::{Handover, Plaintext},
    },
};

/// How long a text is shown.
pub const REVEALED_FOR: Duration = Duration::from_secs(30);

/// A secret that is looked at.
#[derive(Debug, Clone)]
pub struct View {
    /// Its name.
    pub name: String,
    /// Its text, as far as it is here.
    pub text: Text,
    /// Where one is in what is shown.
    pub cursor: Cursor,
}

/// The text of a secret that is looked at.
#[derive(Debug, Clone)]
pub enum Text {
    /// Nobody asked for it yet.
    Masked,
    /// It was asked for.
    Awaited,
    /// It is shown, until then.
    Shown(Plaintext, SystemTime),
    /// It was shown, and is gone.
    Wiped,
    /// It can't be had.
    Failed(Error),
}

/// Shows what the secret under the cursor is made of.
pub fn open(state: &mut State) -> Vec<Effect> {
    let Some(name) = state.secrets.list.selected().map(str::to_owned) else { return Vec::new() };
    let known = state.secrets.outlines.contains_key(&name);
    state.layers.push(Layer::Secret(View {
        name: name.clone(),
        text: Text::Masked,
        cursor: Cursor::default(),
    }));
    if known { Vec::new() } else { want(state, &name, What::Outline) }
}

/// The view, where one is on top.
fn on_top(state: &mut State) -> Option<&mut View> {
    match state.layers.last_mut() {
        Some(Layer::Secret(view)) => Some(view),
        _ => None,
    }
}

/// Does what a command does that only a view has.
pub fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(view) = on_top(state) else { return Vec::new() };
    let name = view.name.clone();
    match (action, &view.text) {
        (Action::Reveal, Text::Shown(..)) => {
            view.text = Text::Wiped;
            view.cursor = Cursor::default();
        }
        (Action::CopySecret, Text::Shown(text, _)) => {
            let text = text.clone();
            return copy(state, &name, text);
        }
        (Action::Reveal | Action::CopySecret, Text::Awaited) => state.tell("it is asked for already"),
        (Action::Reveal, _) => {
            view.text = Text::Awaited;
            return want(state, &name, What::Sight);
        }
        (Action::CopySecret, _) => {
            state.tell(format!("getting the text of {name} for the clipboard"));
            return want(state, &name, What::Copy);
        }
        _ => {}
    }
    Vec::new()
}

/// Puts a text into the clipboard of the operator's terminal.
pub(super) fn copy(state: &mut State, name: &str, text: Plaintext) -> Vec<Effect> {
    if std::str::from_utf8(text.bytes()).is_err() {
        state.complain(format!("{name} is no text: `steading secrets reveal` writes it to a file or a pipe"));
        return Vec::new();
    }
    state.tell(format!("copied: the text of {name}; copy something else to be rid of it"));
    vec![Effect::CopySecret(Handover::from(text))]
}

/// The text that was asked for is here.
pub(super) fn show(state: &mut State, name: &str, text: &Result<Plaintext, Error>) {
    let until = state.clock + REVEALED_FOR;
    let here = state.pane == Pane::Secrets;
    // Nobody sees what comes below a question or another pane.
    let views = state.layers.iter_mut().filter_map(|layer| match layer {
        Layer::Secret(view) if view.name == name && matches!(view.text, Text::Awaited) => Some(view),
        _ => None,
    });
    for view in views {
        view.cursor = Cursor::default();
        view.text = match text.clone() {
            Ok(text) if here => Text::Shown(text, until),
            Ok(_) => Text::Wiped,
            Err(error) => Text::Failed(error),
        };
    }
}

/// Nothing more comes of what was awaited.
pub(super) fn gave_up(state: &mut State, name: &str) {
    for layer in &mut state.layers {
        if let Layer::Secret(view) = layer
            && view.name == name
            && matches!(view.text, Text::Awaited)
        {
            view.text = Text::Wiped;
        }
    }
}

/// Wipes every text that is not on top of the secrets' pane any more, and all of them where the screen is about to be somebody else's.
pub fn conceal(state: &mut State, all: bool) {
    let top = state.layers.len().saturating_sub(1);
    let elsewhere = state.pane != Pane::Secrets || state.layout().is_none();
    for (at, layer) in state.layers.iter_mut().enumerate() {
        if let Layer::Secret(view) = layer
            && matches!(view.text, Text::Shown(..))
            && (all || elsewhere || at != top)
        {
            view.text = Text::Wiped;
            view.cursor = Cursor::default();
        }
    }
}

/// Time passed. `true`: the seconds that are left are another number than before, or none.
pub fn tick(state: &mut State) -> bool {
    let now = state.clock;
    let mut counts = false;
    for layer in &mut state.layers {
        if let Layer::Secret(view) = layer
            && let Text::Shown(_, until) = view.text
        {
            counts = true;
            // A clock that was set back must not keep it on the screen for longer.
            if until <= now || until > now + REVEALED_FOR {
                view.text = Text::Wiped;
                view.cursor = Cursor::default();
            }
        }
    }
    counts
}

/// Takes all views away.
pub(super) fn drop_views(state: &mut State) {
    state.layers.retain(|layer| !matches!(layer, Layer::Secret(_)));
}

/// What secrets are made of may have changed: what is looked at is asked for again.
pub(super) fn ask_again(state: &mut State) -> Vec<Effect> {
    let viewed = state.layers.iter().find_map(|layer| match layer {
        Layer::Secret(view) => Some(view.name.clone()),
        _ => None,
    });
    viewed.map_or_else(Vec::new, |name| want(state, &name, What::Outline))
}
