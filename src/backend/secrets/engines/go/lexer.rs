//! The words of a template: text, and what stands between `{{` and `}}`.

use super::{
    token::{Keyword, Kind, Mistake, Token},
    unicode::{self, is_alphanumeric},
};

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

fn is_space(character: char) -> bool {
    SPACES.contains(&character)
}

/// Reads a template word by word.
pub struct Lexer<'a> {
    source: &'a str,
    at: usize,
    inside: bool,
    parentheses: usize,
    broken: bool,
}

impl<'a> Lexer<'a> {
    /// Begins at the beginning.
    pub fn new(source: &'a str) -> Self {
        Self { source, at: 0, inside: false, parentheses: 0, broken: false }
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn take_if(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let here = self.peek().is_some_and(wanted);
        if here {
            self.take();
        }
        here
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.take_if(&wanted) {}
    }

    fn token(&self, kind: Kind, start: usize) -> Token<'a> {
        Token { kind, text: &self.source[start..self.at], at: start }
    }

    /// After a mistake there is nothing but the end.
    fn mistake(&mut self, mistake: Mistake, start: usize) -> Token<'a> {
        self.broken = true;
        self.token(Kind::Mistake(mistake), start)
    }

    /// The next word.
    pub fn next(&mut self) -> Token<'a> {
        if self.broken {
            return Token { kind: Kind::End, text: "", at: self.at };
        }
        if self.inside { self.word() } else { self.text() }
    }

    fn text(&mut self) -> Token<'a> {
        loop {
            let start = self.at;
            let Some(length) = self.rest().find("{{") else {
                self.at = self.source.len();
                let kind = if start == self.at { Kind::End } else { Kind::Text };
                return self.token(kind, start);
            };
            let open = start + length;
            let trims = trims_before(&self.source[open + 2..]);
            let text = &self.source[start..open];
            let text = if trims { text.trim_end_matches(SPACES) } else { text };
            if !text.is_empty() {
                self.at = open;
                return Token { kind: Kind::Text, text, at: start };
            }
            self.at = open + 2;
            let marker = if trims { 2 } else { 0 };
            if self.rest()[marker..].starts_with("/*") {
                self.at += marker;
                if let Err(mistake) = self.comment() {
                    return self.mistake(mistake, open);
                }
                continue;
            }
            self.at += marker;
            self.inside = true;
            self.parentheses = 0;
            return Token { kind: Kind::Open, text: "{{", at: open };
        }
    }

    fn comment(&mut self) -> Result<(), Mistake> {
        let end = self.rest()[2..].find("*/").ok_or(Mistake::UnclosedComment)?;
        self.at += 2 + end + 2;
        let trims = self.at_close().ok_or(Mistake::CommentNotAlone)?;
        self.close(trims);
        Ok(())
    }

    /// Whether an action ends here, and whether white space after it is left out.
    fn at_close(&self) -> Option<bool> {
        let rest = self.rest();
        if trims_after(rest) && rest[2..].starts_with("}}") {
            Some(true)
        } else {
            rest.starts_with("}}").then_some(false)
        }
    }

    fn close(&mut self, trims: bool) {
        self.at += if trims { 4 } else { 2 };
        if trims {
            self.take_while(is_space);
        }
        self.inside = false;
    }

    fn word(&mut self) -> Token<'a> {
        let start = self.at;
        if let Some(trims) = self.at_close() {
            if self.parentheses > 0 {
                return self.mistake(Mistake::UnclosedParenthesis, start);
            }
            self.close(trims);
            return Token { kind: Kind::Close, text: "}}", at: start };
        }
        let Some(character) = self.take() else {
            return self.mistake(Mistake::UnclosedAction, start);
        };
        let kind = match character {
            _ if is_space(character) => return self.space(start),
            '=' => Kind::Assign,
            ':' if self.take_if(|character| character == '=') => Kind::Declare,
            ':' => Kind::Mistake(Mistake::LoneColon),
            '|' => Kind::Pipe,
            '"' => self.quoted('"', Kind::String, Mistake::UnterminatedString),
            '\'' => self.quoted('\'', Kind::CharacterConstant, Mistake::UnterminatedCharacter),
            '`' => {
                self.take_while(|character| character != '`');
                if self.take().is_some() {
                    Kind::RawString
                } else {
                    Kind::Mistake(Mistake::UnterminatedString)
                }
            }
            '$' => self.name(Kind::Variable, Kind::Variable),
            '.' if !self.peek().is_some_and(|next| next.is_ascii_digit()) && self.at < self.source.len() => {
                self.name(Kind::Dot, Kind::Field)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.at = start;
                self.number()
            }
            '(' => {
                self.parentheses += 1;
                Kind::OpenParenthesis
            }
            ')' if self.parentheses > 0 => {
                self.parentheses -= 1;
                Kind::CloseParenthesis
            }
            ')' => Kind::Mistake(Mistake::UnopenedParenthesis),
            _ if is_alphanumeric(character) => self.identifier(start),
            _ if character.is_ascii() && unicode::is_printable(character) => Kind::Character,
            _ => Kind::Mistake(Mistake::BadCharacter),
        };
        if let Kind::Mistake(mistake) = kind {
            return self.mistake(mistake, start);
        }
        self.token(kind, start)
    }

    /// White space, but for the one that belongs to a trim marker.
    fn space(&mut self, start: usize) -> Token<'a> {
        self.take_while(is_space);
        let last = &self.source[self.at - 1..];
        if trims_after(last) && last[2..].starts_with("}}") {
            self.at -= 1;
            if self.at == start {
                return self.word();
            }
        }
        self.token(Kind::Space, start)
    }

    fn quoted(&mut self, quote: char, kind: Kind, mistake: Mistake) -> Kind {
        loop {
            match self.take() {
                Some('\\') if !matches!(self.take(), None | Some('\n')) => {}
                None | Some('\n' | '\\') => return Kind::Mistake(mistake),
                Some(character) if character == quote => return kind,
                Some(_) => {}
            }
        }
    }

    /// The rest of a name after `$` or `.`, if there is any.
    fn name(&mut self, alone: Kind, named: Kind) -> Kind {
        if self.at_end_of_word() {
            return alone;
        }
        self.take_while(is_alphanumeric);
        if self.at_end_of_word() { named } else { Kind::Mistake(Mistake::BadCharacter) }
    }

    fn at_end_of_word(&self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(character) => is_space(character) || self.rest().starts_with("}}"),
        }
    }

    fn identifier(&mut self, start: usize) -> Kind {
        self.take_while(is_alphanumeric);
        if !self.at_end_of_word() {
            return Kind::Mistake(Mistake::BadCharacter);
        }
        Kind::Keyword(match &self.source[start..self.at] {
            "true" | "false" => return Kind::Bool,
            "nil" => return Kind::Nil,
            "block" => Keyword::Block,
            "break" => Keyword::Break,
            "continue" => Keyword::Continue,
            "define" => Keyword::Define,
            "else" => Keyword::Else,
            "end" => Keyword::End,
            "if" => Keyword::If,
            "range" => Keyword::Range,
            "template" => Keyword::Template,
            "with" => Keyword::With,
            _ => return Kind::Identifier,
        })
    }

    fn number(&mut self) -> Kind {
        if !self.one_number() {
            return Kind::Mistake(Mistake::BadNumber);
        }
        if !matches!(self.peek(), Some('+' | '-')) {
            return Kind::Number;
        }
        if self.one_number() && self.source[..self.at].ends_with('i') {
            Kind::Complex
        } else {
            Kind::Mistake(Mistake::BadNumber)
        }
    }

    fn one_number(&mut self) -> bool {
        self.take_if(|character| matches!(character, '+' | '-'));
        let mut base = 10;
        if self.take_if(|character| character == '0') {
            base = match self.peek() {
                Some('x' | 'X') => 16,
                Some('o' | 'O') => 8,
                Some('b' | 'B') => 2,
                _ => 10,
            };
            if base != 10 {
                self.take();
            }
        }
        let digit = |character: char| character == '_' || character.is_digit(base);
        self.take_while(digit);
        if self.take_if(|character| character == '.') {
            self.take_while(digit);
        }
        let exponent = match base {
            10 => ['e', 'E'],
            16 => ['p', 'P'],
            _ => ['\0'; 2],
        };
        if self.take_if(|character| base > 8 && exponent.contains(&character)) {
            self.take_if(|character| matches!(character, '+' | '-'));
            self.take_while(|character| character == '_' || character.is_ascii_digit());
        }
        self.take_if(|character| character == 'i');
        !self.take_if(is_alphanumeric)
    }
}

/// `- ` after `{{`.
fn trims_before(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|rest| rest.starts_with(SPACES))
}

/// ` -` before `}}`.
fn trims_after(text: &str) -> bool {
    text.strip_prefix(SPACES).is_some_and(|rest| rest.starts_with('-'))
}
