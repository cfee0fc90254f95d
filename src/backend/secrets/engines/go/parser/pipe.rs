//! Pipelines, and the words that they are made of.

use super::{Parser, literal};
use crate::backend::secrets::engines::{
    Fault, FaultClass,
    go::{
        literal::Malformed,
        node::{Command, Operand, Pipe, Word},
        token::{Kind, Token},
    },
};

impl<'a> Parser<'a> {
    /// A pipeline, up to what ends it.
    pub(super) fn pipe(&mut self, place: &str, end: Kind) -> Result<Pipe, Fault> {
        let at = self.peek_word().at;
        let mut pipe = Pipe { at, variables: Vec::new(), assigns: false, commands: Vec::new() };
        self.declarations(&mut pipe, place)?;
        loop {
            let token = self.next_word();
            match token.kind {
                kind if kind == end => break,
                Kind::Bool
                | Kind::CharacterConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::OpenParenthesis => {
                    self.back(token);
                    pipe.commands.push(self.command()?);
                }
                _ => return Err(self.unexpected(token, place)),
            }
        }
        if pipe.commands.is_empty() {
            return Err(self.fault(at, &format!("missing value for {place}")));
        }
        let constant = pipe.commands[1..].iter().find(|command| command.words[0].word.is_constant());
        if let Some(constant) = constant {
            return Err(self.fault(constant.words[0].at, "a constant can't get a value from a pipeline"));
        }
        Ok(pipe)
    }

    /// `$a :=`, `$a =`, and in loops `$a, $b :=`.
    fn declarations(&mut self, pipe: &mut Pipe, place: &str) -> Result<(), Fault> {
        loop {
            let variable = self.peek_word();
            if variable.kind != Kind::Variable {
                return Ok(());
            }
            self.next_word();
            let after = self.next();
            let next = if after.kind == Kind::Space { self.next_word() } else { after };
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    pipe.assigns = next.kind == Kind::Assign;
                    self.declare(pipe, variable);
                    return Ok(());
                }
                Kind::Character if next.text == "," => {
                    self.declare(pipe, variable);
                    let in_loop = place == "{{range}}" && pipe.variables.len() < 2;
                    let next = self.peek_word();
                    if !in_loop {
                        return Err(self.fault(next.at, &format!("too many declarations in {place}")));
                    }
                    if !matches!(next.kind, Kind::Variable | Kind::Close | Kind::CloseParenthesis) {
                        return Err(self.fault(next.at, "{{range}} can only declare variables"));
                    }
                }
                _ => {
                    self.back(next);
                    if after.kind == Kind::Space {
                        self.back(after);
                    }
                    self.back(variable);
                    return Ok(());
                }
            }
        }
    }

    fn declare(&mut self, pipe: &mut Pipe, variable: Token<'a>) {
        pipe.variables.push(variable.text.to_owned());
        self.variables.push(variable.text.to_owned());
    }

    fn command(&mut self) -> Result<Command, Fault> {
        let at = self.peek_word().at;
        let mut words = Vec::new();
        loop {
            self.peek_word();
            words.extend(self.operand()?);
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::Close | Kind::CloseParenthesis => self.back(token),
                Kind::Pipe => {}
                _ => return Err(self.unexpected(token, "a command")),
            }
            break;
        }
        if words.is_empty() {
            return Err(self.fault(at, "empty command"));
        }
        Ok(Command { words })
    }

    /// A word, with the fields that are asked of it.
    fn operand(&mut self) -> Result<Option<Operand>, Fault> {
        let Some(operand) = self.term()? else { return Ok(None) };
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            fields.push(self.next().text[1..].to_owned());
        }
        if fields.is_empty() {
            return Ok(Some(operand));
        }
        let Operand { at, word } = operand;
        let word = match word {
            Word::Field(mut names) => {
                names.append(&mut fields);
                Word::Field(names)
            }
            Word::Variable(name, mut names) => {
                names.append(&mut fields);
                Word::Variable(name, names)
            }
            Word::Function(_) | Word::Pipe(_) | Word::Chain(..) => {
                Word::Chain(Box::new(Operand { at, word }), fields)
            }
            _ => return Err(self.fault(at, "a constant has no fields")),
        };
        Ok(Some(Operand { at, word }))
    }

    fn term(&mut self) -> Result<Option<Operand>, Fault> {
        let token = self.next_word();
        let word = match token.kind {
            Kind::Identifier if (self.is_function)(token.text) => Word::Function(token.text.to_owned()),
            Kind::Identifier => {
                let what = self.fault(token.at, &format!("there is no function {:?}", token.text)).what;
                return Err(Fault::new(FaultClass::UnknownFunction, what));
            }
            Kind::Dot => Word::Dot,
            Kind::Nil => Word::Nil,
            Kind::Variable if self.variables.iter().any(|variable| variable == token.text) => {
                Word::Variable(token.text.to_owned(), Vec::new())
            }
            Kind::Variable => {
                return Err(self.fault(token.at, &format!("undefined variable {}", token.text)));
            }
            Kind::Field => Word::Field(vec![token.text[1..].to_owned()]),
            Kind::Bool => Word::Bool(token.text == "true"),
            Kind::CharacterConstant => Word::Number(
                literal::character(token.text).ok_or_else(|| self.fault(token.at, "malformed character"))?,
            ),
            Kind::Complex => Word::Number(
                literal::complex(token.text).ok_or_else(|| self.fault(token.at, "malformed number"))?,
            ),
            Kind::Number => Word::Number(literal::number(token.text).map_err(|why| match why {
                Malformed::TooLarge => self.fault(token.at, "the number is too large"),
                Malformed::Syntax => self.fault(token.at, "malformed number"),
            })?),
            Kind::OpenParenthesis => Word::Pipe(Box::new(
                self.deeper(|parser| parser.pipe("parentheses", Kind::CloseParenthesis))?,
            )),
            Kind::String | Kind::RawString => Word::Text(
                literal::unquote(token.text).ok_or_else(|| self.fault(token.at, "malformed text"))?,
            ),
            _ => {
                self.back(token);
                return Ok(None);
            }
        };
        Ok(Some(Operand { at: token.at, word }))
    }
}
