//! The names of secrets that stand in a template as constants.

use super::{
    builtin,
    node::{Branch, Command, Node, Operand, Pipe, Word},
    parser,
};
use crate::backend::secrets::Text;

/// The constant arguments of `readSecret`, in branches that are taken and in others.
pub fn constant_names(text: &Text) -> Vec<String> {
    let mut names = Vec::new();
    if let Ok(template) = parser::parse(&text.content, builtin::is_known) {
        template.named.values().for_each(|nodes| in_nodes(nodes, &mut names));
    }
    names
}

fn in_nodes(nodes: &[Node], names: &mut Vec<String>) {
    for node in nodes {
        match node {
            Node::Action(pipe) | Node::Template { data: Some(pipe), .. } => in_pipe(pipe, names),
            Node::If(branch) | Node::With(branch) | Node::Range(branch) => in_branch(branch, names),
            Node::Text(_) | Node::Template { data: None, .. } | Node::Break | Node::Continue => {}
        }
    }
}

fn in_branch(branch: &Branch, names: &mut Vec<String>) {
    in_pipe(&branch.pipe, names);
    in_nodes(&branch.body, names);
    in_nodes(&branch.otherwise, names);
}

fn in_pipe(pipe: &Pipe, names: &mut Vec<String>) {
    let mut last: Option<&Command> = None;
    for command in &pipe.commands {
        if let Some(Operand { word: Word::Function(function), .. }) = command.words.first()
            && function == "readSecret"
        {
            let argument = command.words.get(1).or(last.and_then(|last| last.words.first()));
            if let Some(Operand { word: Word::Text(name), .. }) = argument {
                names.extend(String::from_utf8(name.clone()));
            }
        }
        command.words.iter().for_each(|word| in_operand(word, names));
        last = Some(command);
    }
}

fn in_operand(operand: &Operand, names: &mut Vec<String>) {
    match &operand.word {
        Word::Pipe(pipe) => in_pipe(pipe, names),
        Word::Chain(operand, _) => in_operand(operand, names),
        _ => {}
    }
}
