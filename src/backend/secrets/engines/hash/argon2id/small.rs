//! argon2id with less memory than it is defined for, which the crate refuses.
//!
//! Go takes 8 KiB for each lane then, but hashes the number it was given: what it makes of it can be had in no other way. The algorithm
//! is that of RFC 9106, with four slices of two blocks in a lane.

use blake2::{Blake2b, Blake2b512, Digest, digest::consts::U32};

use super::Argon2id;

/// Words of 64 bits in a block of 1 KiB.
const WORDS: usize = 128;
const SLICES: usize = 4;
const SEGMENT: usize = 2;
const LANE: usize = SLICES * SEGMENT;
const VERSION: u32 = 0x13;
const ARGON2ID: u32 = 2;

type Block = [u64; WORDS];

/// The 32 bytes of the hash. The cost has at least one iteration and one lane.
pub fn key(password: &[u8], salt: [u8; 16], cost: Argon2id) -> [u8; 32] {
    let lanes = usize::from(cost.parallelism);
    let seed = seed(password, salt, cost);
    let mut memory = vec![[0; WORDS]; lanes * LANE];
    for (lane, blocks) in (0_u32..).zip(memory.chunks_mut(LANE)) {
        for (index, block) in (0_u32..).zip(&mut blocks[..2]) {
            *block = first_block(&[&seed[..], &index.to_le_bytes(), &lane.to_le_bytes()].concat());
        }
    }
    for pass in 0..u64::from(cost.iterations) {
        for slice in 0..SLICES {
            for lane in 0..lanes {
                segment(&mut memory, Position { pass, slice, lane, lanes }, cost.iterations);
            }
        }
    }
    let mut last = [0; WORDS];
    for lane in memory.chunks(LANE) {
        last = mixed(&last, &lane[LANE - 1], |one, other| one ^ other);
    }
    let bytes = last.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>();
    Blake2b::<U32>::new().chain_update(32_u32.to_le_bytes()).chain_update(bytes).finalize().into()
}

fn seed(password: &[u8], salt: [u8; 16], cost: Argon2id) -> [u8; 64] {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut hash = Blake2b512::new();
    for number in [cost.parallelism.into(), 32, cost.memory, cost.iterations, VERSION, ARGON2ID] {
        hash.update(number.to_le_bytes());
    }
    for bytes in [password, &salt, b"", b""] {
        hash.update(length(bytes));
        hash.update(bytes);
    }
    hash.finalize().into()
}

/// A block of what follows from some bytes: each 32 bytes are the first half of a hash, of which the next is made.
fn first_block(bytes: &[u8]) -> Block {
    let mut hash: [u8; 64] =
        Blake2b512::new().chain_update(1024_u32.to_le_bytes()).chain_update(bytes).finalize().into();
    let mut block = Vec::with_capacity(1024);
    while block.len() < 1024 - 64 {
        block.extend_from_slice(&hash[..32]);
        hash = Blake2b512::digest(hash).into();
    }
    block.extend_from_slice(&hash);
    let mut words = [0; WORDS];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    words
}

#[derive(Clone, Copy)]
struct Position {
    pass: u64,
    slice: usize,
    lane: usize,
    lanes: usize,
}

fn segment(memory: &mut [Block], at: Position, iterations: u32) {
    let Position { pass, slice, lane, lanes } = at;
    let blind = pass == 0 && slice < SLICES / 2;
    let addresses = addresses(at, memory.len(), iterations);
    let first = if pass == 0 && slice == 0 { 2 } else { 0 };
    for (index, address) in addresses.iter().enumerate().take(SEGMENT).skip(first) {
        let column = slice * SEGMENT + index;
        let previous = memory[lane * LANE + (column + LANE - 1) % LANE];
        let random = if blind { *address } else { previous[0] };
        let mut of = usize::try_from(random >> 32).unwrap_or_default() % lanes;
        if pass == 0 && slice == 0 {
            of = lane;
        }
        let finished = if pass == 0 { slice * SEGMENT } else { LANE - SEGMENT };
        let area = if of == lane { finished + index - 1 } else { finished - usize::from(index == 0) };
        let start = if pass == 0 { 0 } else { (slice + 1) * SEGMENT };
        let low = random & 0xffff_ffff;
        let back = (area as u64 * ((low * low) >> 32)) >> 32;
        let reference = (start + area - 1 - usize::try_from(back).unwrap_or_default()) % LANE;
        let block = compressed(&previous, &memory[of * LANE + reference]);
        let here = &mut memory[lane * LANE + column];
        *here = if pass == 0 { block } else { mixed(here, &block, |one, other| one ^ other) };
    }
}

/// Where the first half of the first pass looks: it does not depend on the password.
fn addresses(at: Position, blocks: usize, iterations: u32) -> Block {
    let zero = [0; WORDS];
    let mut input = zero;
    let numbers =
        [at.pass, at.lane as u64, at.slice as u64, blocks as u64, iterations.into(), ARGON2ID.into(), 1];
    input[..numbers.len()].copy_from_slice(&numbers);
    compressed(&zero, &compressed(&zero, &input))
}

fn mixed(one: &Block, other: &Block, mix: impl Fn(u64, u64) -> u64) -> Block {
    let mut result = *one;
    for (word, other) in result.iter_mut().zip(other) {
        *word = mix(*word, *other);
    }
    result
}

/// The compression function G.
fn compressed(one: &Block, other: &Block) -> Block {
    let input = mixed(one, other, |one, other| one ^ other);
    let mut block = input;
    for row in 0..8 {
        permute(&mut block, |index| row * 16 + index);
    }
    for column in 0..8 {
        permute(&mut block, |index| column * 2 + index / 2 * 16 + index % 2);
    }
    mixed(&block, &input, |one, other| one ^ other)
}

/// The permutation P over 16 words of a block.
fn permute(block: &mut Block, word: impl Fn(usize) -> usize) {
    const QUARTERS: [[usize; 4]; 8] = [
        [0, 4, 8, 12],
        [1, 5, 9, 13],
        [2, 6, 10, 14],
        [3, 7, 11, 15],
        [0, 5, 10, 15],
        [1, 6, 11, 12],
        [2, 7, 8, 13],
        [3, 4, 9, 14],
    ];
    for quarter in QUARTERS {
        let [a, b, c, d] = quarter.map(&word);
        for (turn_d, turn_b) in [(32, 24), (16, 63)] {
            block[a] = sum(block[a], block[b]);
            block[d] = (block[d] ^ block[a]).rotate_right(turn_d);
            block[c] = sum(block[c], block[d]);
            block[b] = (block[b] ^ block[c]).rotate_right(turn_b);
        }
    }
}

fn sum(one: u64, other: u64) -> u64 {
    let product = (one & 0xffff_ffff) * (other & 0xffff_ffff);
    one.wrapping_add(other).wrapping_add(product.wrapping_mul(2))
}
