//! What all verbs share: the fleet, what it declares, and where its files are.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    sync::OnceLock,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio_util::sync::CancellationToken;

use crate::{
    app::{cli::Cli, identities, progress::during},
    backend::{
        blocking::blocking,
        error::{Error, ErrorKind, Result},
        fleet::Fleet,
        model::Secrets,
        secrets::{Context, Planned, SecretName, Wish, plan, seal::Identities},
    },
};

/// What all verbs share.
pub struct Room<'a> {
    /// The command line.
    pub cli: &'a Cli,
    /// The fleet.
    pub fleet: Fleet,
    /// Its folder.
    pub folder: PathBuf,
    /// What it declares.
    pub declared: Secrets,
    /// Fires when the operator wants it to stop.
    pub cancel: CancellationToken,
    identities: OnceLock<Identities>,
}

impl<'a> Room<'a> {
    /// Reads what the fleet declares.
    pub async fn open(cli: &'a Cli, fleet: Fleet, cancel: &CancellationToken) -> Result<Self> {
        let declared = during("evaluating the globals", fleet.secrets(cancel)).await?;
        Self::of(cli, fleet, declared, cancel)
    }

    /// What is shared where it is known what the fleet declares.
    pub fn of(cli: &'a Cli, fleet: Fleet, declared: Secrets, cancel: &CancellationToken) -> Result<Self> {
        let folder = fleet.flake().folder().map(Path::to_owned).ok_or_else(|| {
            let what = format!("{} is no folder of this machine", fleet.flake().display());
            Error::new(ErrorKind::Usage, what)
                .hint("its secrets are files: check it out, and say --flake DIR")
        })?;
        Ok(Self { cli, fleet, folder, declared, cancel: cancel.clone(), identities: OnceLock::new() })
    }

    /// Names as they were typed.
    pub fn names(&self, typed: &[String]) -> Result<BTreeSet<SecretName>> {
        typed.iter().map(|name| self.name(name)).collect()
    }

    /// A name as it was typed.
    #[expect(clippy::unused_self, reason = "it is asked of where names mean something")]
    pub fn name(&self, typed: &str) -> Result<SecretName> {
        typed.parse().map_err(|error: Error| Error { kind: ErrorKind::Usage, ..error })
    }

    /// The operator's identities: looked for once, and unlocked once.
    pub fn identities(&self) -> Result<Identities> {
        if let Some(identities) = self.identities.get() {
            return Ok(identities.clone());
        }
        let identities = identities::open(self.cli, &self.cancel)?;
        Ok(self.identities.get_or_init(|| identities).clone())
    }

    /// Plans with the operator's key, if there is one.
    pub async fn plan(&self, wish: Wish) -> Result<Planned> {
        self.plan_with(self.identities()?, wish).await
    }

    /// Plans without any key.
    pub async fn plan_without_key(&self, wish: Wish) -> Result<Planned> {
        self.plan_with(Identities::default(), wish).await
    }

    /// What runs over the secrets work with.
    pub fn context(&self, identities: Identities) -> Result<Arc<Context>> {
        Ok(Arc::new(Context::new(&self.folder, &self.declared, identities, now())?))
    }

    async fn plan_with(&self, identities: Identities, wish: Wish) -> Result<Planned> {
        let context = self.context(identities)?;
        let planned = during("looking at the secrets", blocking(move || plan(&context, wish))).await?;
        // What it could not decrypt then says nothing of the files.
        if self.cancel.is_cancelled() { Err(Error::cancelled()) } else { Ok(planned) }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
