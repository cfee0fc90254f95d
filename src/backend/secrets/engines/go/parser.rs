//! From text to a template.

mod pipe;

use std::collections::BTreeMap;

use super::{
    lexer::Lexer,
    literal,
    node::{Branch, Node, Template},
    token::{Keyword, Kind, Mistake, Token},
};
use crate::backend::secrets::engines::{Fault, FaultClass};

/// How deep actions and parentheses may stand in each other.
const DEEPEST: usize = 200;

/// Parses a template.
pub fn parse(source: &str, is_function: fn(&str) -> bool) -> Result<Template, Fault> {
    let mut parser = Parser {
        source,
        lexer: Lexer::new(source),
        ahead: Vec::new(),
        variables: vec!["$".to_owned()],
        loops: 0,
        depth: 0,
        is_function,
        named: BTreeMap::new(),
    };
    let body = parser.outermost()?;
    parser.define(source.len(), Vec::new(), body)?;
    Ok(Template { named: parser.named })
}

/// Where in a text a byte is: `line:column`, from 1.
pub fn place(source: &str, at: usize) -> String {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}

struct Parser<'a> {
    source: &'a str,
    lexer: Lexer<'a>,
    /// What was looked at already; the next word is the last.
    ahead: Vec<Token<'a>>,
    /// Variables that there are here.
    variables: Vec<String>,
    /// How many loops there are around.
    loops: usize,
    depth: usize,
    is_function: fn(&str) -> bool,
    named: BTreeMap<Vec<u8>, Vec<Node>>,
}

/// What a list of nodes ended with.
#[derive(PartialEq)]
enum Ending {
    End,
    Else,
}

enum Item {
    Node(Node),
    Ending(Ending, usize),
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Token<'a> {
        self.ahead.pop().unwrap_or_else(|| self.lexer.next())
    }

    fn back(&mut self, token: Token<'a>) {
        self.ahead.push(token);
    }

    fn peek(&mut self) -> Token<'a> {
        let token = self.next();
        self.back(token);
        token
    }

    fn next_word(&mut self) -> Token<'a> {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    fn peek_word(&mut self) -> Token<'a> {
        let token = self.next_word();
        self.back(token);
        token
    }

    fn fault(&self, at: usize, what: &str) -> Fault {
        Fault::new(FaultClass::Syntax, format!("{}: {what}", place(self.source, at)))
    }

    fn unexpected(&self, token: Token<'a>, place: &str) -> Fault {
        match token.kind {
            Kind::Mistake(Mistake::UnclosedAction) => {
                self.fault(self.source.rfind("{{").unwrap_or(token.at), "unclosed action")
            }
            Kind::Mistake(mistake) => self.fault(token.at, &mistake.to_string()),
            Kind::End => self.fault(token.at, &format!("unexpected end of the template in {place}")),
            _ => self.fault(token.at, &format!("unexpected {:?} in {place}", token.text)),
        }
    }

    fn expect(&mut self, kind: Kind, place: &str) -> Result<Token<'a>, Fault> {
        let token = self.next_word();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, place)) }
    }

    /// Goes a level deeper, as long as there is one.
    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth == DEEPEST {
            let at = self.peek().at;
            return Err(self.fault(at, &format!("more than {DEEPEST} actions and parentheses in each other")));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// What is not inside of any action: templates can be defined here.
    fn outermost(&mut self) -> Result<Vec<Node>, Fault> {
        let mut nodes = Vec::new();
        loop {
            let token = self.peek();
            match token.kind {
                Kind::End => return Ok(nodes),
                Kind::Open => {
                    let open = self.next();
                    if self.peek_word().kind == Kind::Keyword(Keyword::Define) {
                        self.next_word();
                        self.definition()?;
                        continue;
                    }
                    self.back(open);
                }
                _ => {}
            }
            match self.item()? {
                Item::Node(node) => nodes.push(node),
                Item::Ending(ending, at) => {
                    let word = if ending == Ending::End { "end" } else { "else" };
                    return Err(self.fault(at, &format!("unexpected {{{{{word}}}}}")));
                }
            }
        }
    }

    /// A template in the template, with variables and loops of its own.
    fn separate(&mut self, at: usize, name: Vec<u8>) -> Result<(), Fault> {
        let variables = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let loops = std::mem::take(&mut self.loops);
        let (body, ending, end) = self.deeper(Self::items)?;
        if ending != Ending::End {
            return Err(self.fault(end, "unexpected {{else}} in a definition"));
        }
        self.variables = variables;
        self.loops = loops;
        self.define(at, name, body)
    }

    fn definition(&mut self) -> Result<(), Fault> {
        let token = self.next_word();
        let name = self.template_name(token, "{{define}}")?;
        self.expect(Kind::Close, "{{define}}")?;
        self.separate(token.at, name)
    }

    /// An empty template makes room for another of its name.
    fn define(&mut self, at: usize, name: Vec<u8>, body: Vec<Node>) -> Result<(), Fault> {
        let there = self.named.get(&name).is_some_and(|there| !is_blank(there));
        if there && !is_blank(&body) {
            return Err(self.fault(at, "a template of this name is defined twice"));
        }
        if !there {
            self.named.insert(name, body);
        }
        Ok(())
    }

    fn template_name(&self, token: Token<'a>, place: &str) -> Result<Vec<u8>, Fault> {
        match token.kind {
            Kind::String | Kind::RawString => {
                literal::unquote(token.text).ok_or_else(|| self.fault(token.at, "malformed text"))
            }
            _ => Err(self.unexpected(token, place)),
        }
    }

    /// Everything up to an end or an else.
    fn items(&mut self) -> Result<(Vec<Node>, Ending, usize), Fault> {
        let mut nodes = Vec::new();
        loop {
            let token = self.peek_word();
            if token.kind == Kind::End {
                return Err(self.fault(token.at, "unexpected end of the template: an {{end}} is missing"));
            }
            match self.item()? {
                Item::Node(node) => nodes.push(node),
                Item::Ending(ending, at) => return Ok((nodes, ending, at)),
            }
        }
    }

    fn item(&mut self) -> Result<Item, Fault> {
        let token = self.next_word();
        match token.kind {
            Kind::Text => Ok(Item::Node(Node::Text(token.text.as_bytes().to_vec()))),
            Kind::Open => self.action(),
            _ => Err(self.unexpected(token, "the text")),
        }
    }

    fn action(&mut self) -> Result<Item, Fault> {
        let token = self.next_word();
        let Kind::Keyword(keyword) = token.kind else {
            self.back(token);
            return Ok(Item::Node(Node::Action(self.pipe("an action", Kind::Close)?)));
        };
        let node = match keyword {
            Keyword::If => Node::If(self.deeper(|parser| parser.branch(Keyword::If))?),
            Keyword::With => Node::With(self.deeper(|parser| parser.branch(Keyword::With))?),
            Keyword::Range => Node::Range(self.deeper(|parser| parser.branch(Keyword::Range))?),
            Keyword::Break | Keyword::Continue => {
                self.expect(Kind::Close, token.text)?;
                if self.loops == 0 {
                    return Err(
                        self.fault(token.at, &format!("{{{{{}}}}} outside of {{{{range}}}}", token.text))
                    );
                }
                if keyword == Keyword::Break { Node::Break } else { Node::Continue }
            }
            Keyword::Else => {
                // What follows an else is read by the one who knows what it belongs to.
                let next = self.peek_word();
                if !matches!(next.kind, Kind::Keyword(Keyword::If | Keyword::With)) {
                    self.expect(Kind::Close, "{{else}}")?;
                }
                return Ok(Item::Ending(Ending::Else, token.at));
            }
            Keyword::End => {
                self.expect(Kind::Close, "{{end}}")?;
                return Ok(Item::Ending(Ending::End, token.at));
            }
            Keyword::Block => {
                let name = self.next_word();
                let at = name.at;
                let name = self.template_name(name, "{{block}}")?;
                let data = Some(self.pipe("{{block}}", Kind::Close)?);
                self.separate(at, name.clone())?;
                Node::Template { at, name, data }
            }
            Keyword::Template => {
                let name = self.next_word();
                let at = name.at;
                let name = self.template_name(name, "{{template}}")?;
                let data = match self.peek_word().kind {
                    Kind::Close => {
                        self.next_word();
                        None
                    }
                    _ => Some(self.pipe("{{template}}", Kind::Close)?),
                };
                Node::Template { at, name, data }
            }
            Keyword::Define => return Err(self.unexpected(token, "an action")),
        };
        Ok(Item::Node(node))
    }

    fn branch(&mut self, keyword: Keyword) -> Result<Branch, Fault> {
        let before = self.variables.len();
        let is_loop = keyword == Keyword::Range;
        let pipe = self.pipe(if is_loop { "{{range}}" } else { "a condition" }, Kind::Close)?;
        self.loops += usize::from(is_loop);
        let (body, ending, _) = self.items()?;
        self.loops -= usize::from(is_loop);
        let otherwise = match ending {
            Ending::End => Vec::new(),
            Ending::Else => self.otherwise(keyword)?,
        };
        self.variables.truncate(before);
        Ok(Branch { pipe, body, otherwise })
    }

    fn otherwise(&mut self, keyword: Keyword) -> Result<Vec<Node>, Fault> {
        let next = self.peek();
        match (keyword, next.kind) {
            (Keyword::If, Kind::Keyword(Keyword::If)) => {
                self.next();
                Ok(vec![Node::If(self.deeper(|parser| parser.branch(Keyword::If))?)])
            }
            (Keyword::With, Kind::Keyword(Keyword::With)) => {
                self.next();
                Ok(vec![Node::With(self.deeper(|parser| parser.branch(Keyword::With))?)])
            }
            _ => {
                let (body, ending, at) = self.items()?;
                if ending != Ending::End {
                    return Err(self.fault(at, "a second {{else}}"));
                }
                Ok(body)
            }
        }
    }
}

/// Whether there is nothing but white space.
fn is_blank(nodes: &[Node]) -> bool {
    nodes.iter().all(|node| match node {
        Node::Text(text) => String::from_utf8_lossy(text).trim().is_empty(),
        _ => false,
    })
}
