//! The job that looks at hosts' own options.

use super::job::Desk;
use crate::backend::{
    error::Result,
    fleet::{Browser, Fleet},
    job::{End, Report},
    model::{HostName, OptionsAnswer, OptionsQuestion},
};

impl Desk {
    /// Answers a question about the options of hosts, one after the other: they are evaluated by one living process, which is kept for the next question.
    pub async fn options(&self, hosts: Vec<HostName>, question: OptionsQuestion) -> End {
        let cancel = &self.context.cancel;
        let mut browser = tokio::select! {
            biased;
            () = cancel.cancelled() => return End::Cancelled,
            browser = self.shared.browser.lock() => browser,
        };
        for host in hosts {
            let answer = match self.answer(&mut browser, &host, &question).await {
                Ok(answer) => answer,
                Err(end) => return end,
            };
            if self.stopped() {
                return End::Cancelled;
            }
            let (job, question) = (self.number, question.clone());
            self.shared.report(Report::Options { job, host, question, answer }).await;
        }
        self.end()
    }

    /// The answer, by the fleet as it was opened last: what was evaluated of an older one is of no use any more.
    async fn answer(
        &self,
        browser: &mut Option<Browser>,
        host: &HostName,
        question: &OptionsQuestion,
    ) -> Result<Result<OptionsAnswer>, End> {
        loop {
            let fleet = self.fleet().await?;
            let current = browser.take().filter(|browser| browser.is_of(&fleet));
            let current = match current {
                Some(current) => current,
                None => fleet.browser(&self.shared.site.cache).map_err(End::Failed)?,
            };
            let current = browser.insert(current);
            let answer = current.answer(host, question, &self.context.cancel).await;
            let latest = self.shared.memory().fleet();
            if self.stopped() || latest.is_none_or(|latest| current.is_of(&latest)) {
                return Ok(answer);
            }
        }
    }

    /// The fleet as it was opened last; opened now, if it never was.
    async fn fleet(&self) -> Result<Fleet, End> {
        let opened = self.shared.memory().fleet();
        match opened {
            Some(fleet) => Ok(fleet),
            None => self.open().await,
        }
    }
}
