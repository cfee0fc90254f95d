//! Carrying a template out.

mod evaluate;

use super::{
    builtin, format,
    node::{Branch, Node, Pipe, Template},
    parser::place,
    value::Value,
};
use crate::backend::secrets::{
    engines::{Buffer, Dialect, Fault, Functions},
    seal::LARGEST,
};

/// How much a template may do before it is taken for one that never ends: nodes and words evaluated.
const MOST_STEPS: u32 = 1_000_000;
/// How many bytes all the texts together may have that it makes on its way.
const MOST_BYTES: usize = 2 * LARGEST;
/// How deep templates, branches and pipelines may be carried out in each other.
const DEEPEST: u32 = 600;

/// Carries a template out.
pub fn execute(
    template: &Template,
    source: &str,
    data: &Value,
    functions: &mut dyn Functions,
) -> Result<Buffer, Fault> {
    let dialect = functions.dialect();
    let mut executor = Executor {
        template,
        source,
        functions,
        dialect,
        out: Buffer::new(),
        variables: vec![("$".to_owned(), data.clone())],
        steps: 0,
        bytes: 0,
        depth: 0,
    };
    let body = template.named.get(&Vec::new()).map(Vec::as_slice).unwrap_or_default();
    executor.walk_all(data, body)?;
    Ok(executor.out)
}

struct Executor<'a> {
    template: &'a Template,
    source: &'a str,
    functions: &'a mut dyn Functions,
    dialect: Dialect,
    out: Buffer,
    variables: Vec<(String, Value)>,
    steps: u32,
    bytes: usize,
    depth: u32,
}

/// How it goes on after a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

impl Executor<'_> {
    fn mended(&self) -> bool {
        self.dialect == Dialect::Mended
    }

    fn fault(&self, at: usize, what: &str) -> Fault {
        Fault::execution(format!("{}: {what}", place(self.source, at)))
    }

    /// Says where in the template it was.
    fn located(&self, at: usize, fault: Fault) -> Fault {
        Fault { what: format!("{}: {}", place(self.source, at), fault.what), ..fault }
    }

    fn step(&mut self, at: usize) -> Result<(), Fault> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(self.fault(at, &format!("the template does not end: more than {MOST_STEPS} steps")));
        }
        Ok(())
    }

    fn spend(&mut self, at: usize, bytes: usize) -> Result<(), Fault> {
        self.bytes += bytes;
        if self.bytes > MOST_BYTES {
            let what = format!("the template makes too much text: more than {MOST_BYTES} bytes");
            return Err(self.fault(at, &what));
        }
        Ok(())
    }

    fn deeper<T>(
        &mut self,
        at: usize,
        evaluate: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.depth == DEEPEST {
            return Err(self.fault(at, &format!("more than {DEEPEST} templates and actions in each other")));
        }
        self.depth += 1;
        let value = evaluate(self);
        self.depth -= 1;
        value
    }

    fn write(&mut self, at: usize, bytes: &[u8]) -> Result<(), Fault> {
        if self.out.len() + bytes.len() > LARGEST {
            return Err(self.fault(at, &format!("more than {LARGEST} bytes came out")));
        }
        self.out.extend(bytes);
        Ok(())
    }

    fn walk_all(&mut self, dot: &Value, nodes: &[Node]) -> Result<Flow, Fault> {
        for node in nodes {
            let flow = self.walk(dot, node)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn walk(&mut self, dot: &Value, node: &Node) -> Result<Flow, Fault> {
        self.step(0)?;
        match node {
            Node::Text(text) => self.write(0, text)?,
            Node::Action(pipe) => {
                let value = self.pipe(dot, pipe)?;
                if pipe.variables.is_empty() {
                    self.print(pipe.at, &value)?;
                }
            }
            Node::If(branch) => return self.condition(dot, branch, false),
            Node::With(branch) => return self.condition(dot, branch, true),
            Node::Range(branch) => return self.iterate(dot, branch),
            Node::Template { at, name, data } => self.call_template(dot, *at, name, data.as_ref())?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn print(&mut self, at: usize, value: &Value) -> Result<(), Fault> {
        if value.is_nothing() && !self.mended() {
            return self.write(at, b"<no value>");
        }
        let text = format::sprint(self.dialect, std::slice::from_ref(value))
            .map_err(|problem| self.fault(at, &problem))?;
        self.write(at, text.bytes())
    }

    fn condition(&mut self, dot: &Value, branch: &Branch, with: bool) -> Result<Flow, Fault> {
        let variables = self.variables.len();
        let value = self.pipe(dot, &branch.pipe)?;
        let dot = if with && value.is_true() { &value } else { dot };
        let nodes = if value.is_true() { &branch.body } else { &branch.otherwise };
        let flow = self.deeper(branch.pipe.at, |executor| executor.walk_all(dot, nodes));
        self.variables.truncate(variables);
        flow
    }

    fn call_template(
        &mut self,
        dot: &Value,
        at: usize,
        name: &[u8],
        data: Option<&Pipe>,
    ) -> Result<(), Fault> {
        let template = self.template;
        let Some(body) = template.named.get(name) else {
            return Err(self.fault(at, "there is no template of this name"));
        };
        let data = match data {
            Some(pipe) => self.pipe(dot, pipe)?,
            None => Value::Absent,
        };
        let own = vec![("$".to_owned(), data.clone())];
        let variables = std::mem::replace(&mut self.variables, own);
        self.deeper(at, |executor| executor.walk_all(&data, body))?;
        self.variables = variables;
        Ok(())
    }

    fn iterate(&mut self, dot: &Value, branch: &Branch) -> Result<Flow, Fault> {
        let before = self.variables.len();
        let value = self.pipe(dot, &branch.pipe)?;
        let at = branch.pipe.at;
        let two = branch.pipe.variables.len() > 1;
        let numbers = match &value {
            Value::Int(number) => Some(*number),
            Value::Byte(number) => Some((*number).into()),
            _ => None,
        };
        if numbers.is_some() && two {
            return Err(self.fault(at, "a range over a number has one variable at most"));
        }
        let is_byte = matches!(value, Value::Byte(_));
        let number = |number: i64| match u8::try_from(number) {
            Ok(byte) if is_byte => Value::Byte(byte),
            _ => Value::Int(number),
        };
        let mut elements: Box<dyn Iterator<Item = (Value, Value)>> = match (&value, numbers) {
            (_, Some(end)) => Box::new((0..end).map(move |index| (Value::Absent, number(index)))),
            (Value::Absent | Value::Nil, _) => Box::new(std::iter::empty()),
            (Value::List(part), _) => Box::new((0..).map(Value::Int).zip(part.values().iter().cloned())),
            (Value::Bytes(part), _) => {
                Box::new((0..).map(Value::Int).zip(part.bytes().iter().map(|byte| Value::Byte(*byte))))
            }
            (Value::Map(map), _) => {
                Box::new(map.entries.iter().map(|(key, value)| (Value::text(key.as_bytes()), value.clone())))
            }
            _ => {
                return Err(
                    self.fault(at, &format!("can't iterate over a value of type {}", value.type_name()))
                );
            }
        };
        let mut elements = elements.by_ref().peekable();
        if elements.peek().is_none() {
            let flow = self.deeper(at, |executor| executor.walk_all(dot, &branch.otherwise));
            self.variables.truncate(before);
            return flow;
        }
        let mark = self.variables.len();
        for (index, element) in elements {
            self.step(at)?;
            self.bind(&branch.pipe, index, element.clone())?;
            let flow = self.deeper(at, |executor| executor.walk_all(&element, &branch.body))?;
            self.variables.truncate(mark);
            if flow == Flow::Break {
                break;
            }
        }
        self.variables.truncate(before);
        Ok(Flow::Next)
    }

    /// Gives the variables of a loop their values.
    fn bind(&mut self, pipe: &Pipe, index: Value, element: Value) -> Result<(), Fault> {
        let names = match pipe.variables.as_slice() {
            [] => return Ok(()),
            [name] => vec![(name, element)],
            [first, second, ..] => vec![(first, index), (second, element)],
        };
        if pipe.assigns {
            for (name, value) in names {
                self.assign(pipe.at, name, value)?;
            }
        } else {
            let start = self.variables.len() - names.len();
            for (variable, (_, value)) in self.variables[start..].iter_mut().zip(names) {
                variable.1 = value;
            }
        }
        Ok(())
    }

    fn assign(&mut self, at: usize, name: &str, value: Value) -> Result<(), Fault> {
        match self.variables.iter_mut().rev().find(|(known, _)| known == name) {
            Some(variable) => {
                variable.1 = value;
                Ok(())
            }
            None => Err(self.fault(at, &format!("undefined variable {name}"))),
        }
    }
}
