//! What the program does with what it is told.
