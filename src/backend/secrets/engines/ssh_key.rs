//! SSH key pairs, the same from the same entropy.

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use ssh_key::{
    LineEnding, PrivateKey,
    private::{Ed25519Keypair, KeypairData, RsaKeypair},
    rand_core::{CryptoRng, Error, RngCore},
};
use zeroize::Zeroizing;

use super::{Buffer, Fault, Made};
use crate::backend::secrets::{Entropy, Plaintext, SshKey, SshKeyType};

/// How long the keys of RSA are, in bits.
const RSA_BITS: usize = 4096;

/// Makes a key pair of 32 bytes of entropy: for ed25519 its seed, for RSA that of the numbers (`ChaCha20`) among which primes are looked for.
///
/// The private half is as OpenSSH writes it, without a passphrase, and its check number follows from the key.
pub fn make(key: &SshKey, entropy: &mut dyn Entropy) -> Result<Made, Fault> {
    if key.comment.contains(char::is_control) {
        return Err(Fault::execution("the comment of an SSH key is one line, without control characters"));
    }
    let mut seed = Zeroizing::new([0; 32]);
    entropy.fill(seed.as_mut())?;
    let failed = |error: ssh_key::Error| Fault::execution(format!("the key was not made: {error}"));
    let pair = match key.r#type {
        SshKeyType::Ed25519 => KeypairData::from(Ed25519Keypair::from_seed(&seed)),
        SshKeyType::Rsa => {
            let mut numbers = Numbers(ChaCha20Rng::from_seed(*seed));
            KeypairData::from(RsaKeypair::random(&mut numbers, RSA_BITS).map_err(failed)?)
        }
    };
    let private = PrivateKey::new(pair, key.comment.clone()).map_err(failed)?;
    let public = private.public_key().to_openssh().map_err(failed)?;
    let mut text = Buffer::new();
    text.extend(private.to_openssh(LineEnding::LF).map_err(failed)?.as_bytes());
    Ok(Made { text: text.into(), public: Some(format!("{public}\n")), suspicious: None })
}

/// The public half of a private key of OpenSSH, if it is one.
#[must_use]
pub fn public_half(private: &Plaintext) -> Option<String> {
    let private = PrivateKey::from_openssh(private.bytes()).ok()?;
    private.public_key().to_openssh().ok().map(|public| format!("{public}\n"))
}

/// The stream of numbers, for a crate that knows an older interface.
struct Numbers(ChaCha20Rng);

impl RngCore for Numbers {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Numbers {}
