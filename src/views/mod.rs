//! What is shown: pure functions from data to text.
