//! What pipelines, fields and calls come to.

use super::{Executor, builtin, builtin::Parameter};
use crate::backend::secrets::engines::{
    Dialect, Fault,
    go::{
        node::{Command, Number, Operand, Pipe, Word},
        value::Value,
    },
};

impl Executor<'_> {
    /// The value of a pipeline, which its variables get too.
    pub(super) fn pipe(&mut self, dot: &Value, pipe: &Pipe) -> Result<Value, Fault> {
        let value = self.deeper(pipe.at, |executor| {
            let mut value = None;
            for command in &pipe.commands {
                value = Some(executor.command(dot, command, value)?.settled());
            }
            Ok(value.unwrap_or(Value::Absent))
        })?;
        for name in &pipe.variables {
            if pipe.assigns {
                self.assign(pipe.at, name, value.clone())?;
            } else {
                self.variables.push((name.clone(), value.clone()));
            }
        }
        Ok(value)
    }

    fn command(&mut self, dot: &Value, command: &Command, last: Option<Value>) -> Result<Value, Fault> {
        let (first, arguments) = command.words.split_first().ok_or_else(|| self.fault(0, "empty command"))?;
        if let Word::Function(name) = &first.word {
            return self.call(dot, first.at, name, arguments, last);
        }
        if let Word::Nil = &first.word {
            return Err(self.fault(first.at, "nil is no command"));
        }
        if arguments.is_empty() && last.is_none() {
            return self.operand(dot, first);
        }
        // Go gives a field of nothing even where it was given arguments.
        let (of, names) = match &first.word {
            Word::Field(names) => (dot.clone(), names.as_slice()),
            Word::Variable(name, names) if !names.is_empty() => {
                (self.variable(first.at, name)?, names.as_slice())
            }
            Word::Chain(of, names) => (self.operand(dot, of)?, names.as_slice()),
            _ => (Value::Nil, [].as_slice()),
        };
        let of = match names.split_last() {
            Some((_, names)) => self.fields(first.at, of, names)?,
            None => of,
        };
        match of {
            Value::Absent if !self.mended() => Ok(Value::Absent),
            _ => Err(self.fault(first.at, "only functions take arguments")),
        }
    }

    fn variable(&self, at: usize, name: &str) -> Result<Value, Fault> {
        let known = self.variables.iter().rev().find(|(known, _)| known == name);
        let value = known.map(|(_, value)| value.clone());
        value.ok_or_else(|| self.fault(at, &format!("undefined variable {name}")))
    }

    fn operand(&mut self, dot: &Value, operand: &Operand) -> Result<Value, Fault> {
        self.step(operand.at)?;
        match &operand.word {
            Word::Dot => Ok(dot.clone()),
            Word::Nil => Ok(Value::Nil),
            Word::Bool(value) => Ok(Value::Bool(*value)),
            Word::Number(number) => self.constant(operand.at, number),
            Word::Text(text) => Ok(Value::text(text.as_slice())),
            Word::Field(names) => self.fields(operand.at, dot.clone(), names),
            Word::Variable(name, names) => {
                let value = self.variable(operand.at, name)?;
                self.fields(operand.at, value, names)
            }
            Word::Function(name) => self.call(dot, operand.at, name, &[], None),
            Word::Pipe(pipe) => self.pipe(dot, pipe),
            Word::Chain(of, names) => {
                let value = self.deeper(operand.at, |executor| executor.operand(dot, of))?;
                self.fields(operand.at, value, names)
            }
        }
    }

    /// A number where anything may stand.
    fn constant(&self, at: usize, number: &Number) -> Result<Value, Fault> {
        match *number {
            Number { complex: Some((real, imaginary)), .. } => Ok(Value::Complex(real, imaginary)),
            Number { is_float: true, float: Some(float), .. } => Ok(Value::Float(float)),
            Number { int: Some(int), .. } => Ok(Value::Int(int)),
            _ => Err(self.fault(at, "the number is too large for an int")),
        }
    }

    fn fields(&mut self, at: usize, mut value: Value, names: &[String]) -> Result<Value, Fault> {
        for name in names {
            self.step(at)?;
            value = self.field(at, &value, name)?;
        }
        Ok(value)
    }

    fn field(&self, at: usize, of: &Value, name: &str) -> Result<Value, Fault> {
        let missing = || {
            if self.mended() {
                Err(self.fault(at, &format!("there is no key {name:?}")))
            } else {
                Ok(Value::Absent)
            }
        };
        match of {
            Value::Absent => missing(),
            Value::Nil => Err(self.fault(at, &format!("there is no field {name:?} in nil"))),
            Value::Map(map) => map.entries.get(name).map_or_else(missing, |value| Ok(value.clone())),
            _ => Err(self.fault(at, &format!("a value of type {} has no field {name:?}", of.type_name()))),
        }
    }

    fn call(
        &mut self,
        dot: &Value,
        at: usize,
        name: &str,
        arguments: &[Operand],
        last: Option<Value>,
    ) -> Result<Value, Fault> {
        self.step(at)?;
        let Some(function) = builtin::named(name) else {
            return Err(self.fault(at, &format!("there is no function {name:?}")));
        };
        let number = arguments.len() + usize::from(last.is_some());
        let fixed = function.parameters.len();
        if number < fixed || number > fixed && function.more.is_none() {
            let or_more = if function.more.is_some() { "at least " } else { "" };
            let what = format!("{name} takes {or_more}{fixed} arguments, but got {number}");
            return Err(self.fault(at, &what));
        }
        let parameter = |index: usize| {
            function.parameters.get(index).copied().or(function.more).unwrap_or(Parameter::Any)
        };
        if let Some(decisive) = function.decides {
            let mut value = Value::Absent;
            for argument in arguments {
                value = self.argument(dot, argument, parameter(0))?;
                if value.is_true() == decisive {
                    return Ok(value);
                }
            }
            return Ok(last.unwrap_or(value));
        }
        let mut values = Vec::with_capacity(number);
        for (index, argument) in arguments.iter().enumerate() {
            values.push(self.argument(dot, argument, parameter(index))?);
        }
        if let Some(last) = last {
            let index = values.len();
            values.push(self.fitted(at, last, parameter(index))?);
        }
        let value = (function.call)(self.functions, &mut values).map_err(|fault| self.located(at, fault))?;
        if let Value::Text(_) | Value::Bytes(_) = &value {
            self.spend(at, value.length().unwrap_or(0))?;
        }
        Ok(value)
    }

    fn argument(&mut self, dot: &Value, operand: &Operand, parameter: Parameter) -> Result<Value, Fault> {
        let takes_anything = matches!(parameter, Parameter::Any | Parameter::Reflected);
        let expected =
            |executor: &Self| executor.fault(operand.at, &format!("expected {}", parameter.name()));
        match (&operand.word, parameter) {
            (Word::Nil, _) if takes_anything => Ok(Value::Nil),
            (Word::Bool(_) | Word::Text(_) | Word::Number(_), _) if takes_anything => {
                self.operand(dot, operand)
            }
            (Word::Text(_), Parameter::Text) => self.operand(dot, operand),
            (Word::Number(number), Parameter::Int) => {
                number.int.map(Value::Int).ok_or_else(|| expected(self))
            }
            (Word::Number(number), Parameter::Uint32 | Parameter::Uint8) => {
                let number = number.uint.ok_or_else(|| expected(self))?;
                let most = if parameter == Parameter::Uint8 { u64::from(u8::MAX) } else { u32::MAX.into() };
                if number > most && self.dialect == Dialect::Mended {
                    return Err(self.fault(operand.at, &format!("the number is larger than {most}")));
                }
                // Go cuts the number off.
                Ok(Value::Int((number & most).cast_signed()))
            }
            (Word::Nil | Word::Bool(_) | Word::Text(_) | Word::Number(_), _) => Err(expected(self)),
            _ => {
                let value = self.operand(dot, operand)?;
                self.fitted(operand.at, value, parameter)
            }
        }
    }

    /// A value as a parameter takes it.
    fn fitted(&self, at: usize, value: Value, parameter: Parameter) -> Result<Value, Fault> {
        match (parameter, &value) {
            (Parameter::Any | Parameter::Reflected, _)
            | (Parameter::Text, Value::Text(_))
            | (Parameter::Int, Value::Int(_)) => Ok(value),
            (Parameter::Uint8, Value::Byte(byte)) => Ok(Value::Int((*byte).into())),
            (Parameter::Int | Parameter::Uint8 | Parameter::Uint32, _) if self.mended() => {
                let (least, most) = match parameter {
                    Parameter::Uint8 => (0, u8::MAX.into()),
                    Parameter::Uint32 => (0, u32::MAX.into()),
                    _ => (i64::MIN, i64::MAX),
                };
                let whole = builtin::whole(&value).filter(|whole| (least..=most).contains(whole));
                whole.map(Value::Int).ok_or_else(|| self.fault(at, &format!("expected {}", parameter.name())))
            }
            _ => {
                let (wanted, got) = (parameter.name(), value.type_name());
                Err(self.fault(at, &format!("expected {wanted}, but got a value of type {got}")))
            }
        }
    }
}
