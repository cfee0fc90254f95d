//! The `steading` program.

fn main() {}
