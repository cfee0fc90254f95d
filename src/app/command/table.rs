//! The table itself.

#![allow(clippy::enum_glob_use, reason = "a table is read in columns")]

use super::{
    Action::{self, *},
    Command, Danger,
    Scope::{self, *},
    reasons::{self, always},
    twin,
};
use crate::{app::state::State, backend::secrets::SecretsVerb};

const fn looks(
    id: &'static str,
    scope: Scope,
    keys: &'static [&'static str],
    action: Action,
    hint: &'static str,
    doc: &'static str,
) -> Command {
    Command { id, doc, hint, keys, scope, danger: Danger::None, cli: None, enabled: always, action }
}

impl Command {
    const fn if_(self, enabled: fn(&State) -> Result<(), String>) -> Self {
        Self { enabled, ..self }
    }

    const fn writes(self) -> Self {
        Self { danger: Danger::Writes, ..self }
    }

    const fn typed(self, cli: fn(&State) -> String) -> Self {
        Self { cli: Some(cli), ..self }
    }
}

/// Every command there is. Those of a scope stand in the order in which the bottom line mentions them.
#[rustfmt::skip]
pub static COMMANDS: &[Command] = &[
    // What one came for comes first.
    looks("deploy.fleet", Everywhere, &["F"], DeployFleet, "plan all", "plans a deployment to the whole fleet; once the plan is there, applies it")
        .if_(reasons::can_plan_or_apply).writes().typed(twin::deploy_fleet),
    looks("error.first", Everywhere, &["E"], FirstError, "first error", "goes to what failed first: a host or a build of the deployment, or else an evaluation; then secrets; again: to the next").if_(reasons::has_error),
    looks("fleet.refresh", Everywhere, &["r", "f5"], Refresh, "refresh", "evaluates the fleet again and asks every host what it runs")
        .typed(twin::status),
    looks("app.help", Everywhere, &["?", "f1"], Help, "help", "shows the keys that can be pressed here"),
    looks("app.palette", Everywhere, &[":"], Palette, "commands", "shows every command, to choose one by its name"),
    looks("pane.next", Everywhere, &["tab"], NextPane, "", "goes to the next pane"),
    looks("pane.previous", Everywhere, &["shift-tab"], PreviousPane, "", "goes to the pane before"),
    looks("pane.hosts", Everywhere, &["1"], ShowHosts, "", "shows the hosts"),
    looks("pane.globals", Everywhere, &["2"], ShowGlobals, "", "shows the globals"),
    looks("pane.services", Everywhere, &["3"], ShowServices, "", "shows the services"),
    looks("pane.secrets", Everywhere, &["4"], ShowSecrets, "", "shows the secrets"),
    looks("pane.deploy", Everywhere, &["5"], ShowDeploy, "", "shows the deployment"),
    looks("app.go-back", Everywhere, &["<", "ctrl-o", "backspace", "alt-left"], GoBack, "", "goes back to where one was before the last jump, or in the pane before").if_(reasons::was_elsewhere),
    looks("app.go-forward", Everywhere, &[">", "alt-right"], GoForward, "", "goes forward again, to where one came back from").if_(reasons::came_back),
    looks("app.copy-command", Everywhere, &["Y"], CopyTwin, "", "copies the command line for what is selected").if_(reasons::has_twin),
    looks("app.commands", Everywhere, &["@"], Commands, "", "shows the commands that were really run: nix, ssh, git and the others, with their times and exit status"),
    looks("deploy.selection", Everywhere, &[], DeploySelection, "", "plans a deployment to hosts by name, glob or @tag")
        .if_(reasons::can_plan).writes().typed(twin::deploy_hosts),
    looks("deploy.sudo-password", Everywhere, &[], SudoPassword, "", "takes the password that sudo asks for on the hosts; kept until the program ends"),
    looks("app.read-only", Everywhere, &[], ToggleReadOnly, "", "switches read-only mode: nothing is deployed and no file written"),
    looks("app.theme", Everywhere, &["T"], NextTheme, "", "shows the next theme"),
    looks("app.redraw", Everywhere, &["ctrl-l"], Redraw, "", "draws the whole screen anew"),
    looks("app.suspend", Everywhere, &["ctrl-z"], Suspend, "", "stops the console as a job of the shell; `fg` continues it"),
    looks("app.back", Everywhere, &["esc"], Back, "", "goes one step back: out of a chord, a detail, a filter, the marks"),
    looks("app.quit", Everywhere, &["q", "ctrl-c"], Quit, "quit", "quits, and asks first while something is being deployed"),

    looks("rows.down", Rows, &["j", "down"], Down, "", "goes down"),
    looks("rows.up", Rows, &["k", "up"], Up, "", "goes up"),
    looks("rows.half-page-down", Rows, &["ctrl-d"], HalfPageDown, "", "goes down half a page"),
    looks("rows.half-page-up", Rows, &["ctrl-u"], HalfPageUp, "", "goes up half a page"),
    looks("rows.page-down", Rows, &["pagedown", "ctrl-f"], PageDown, "", "goes down a page"),
    looks("rows.page-up", Rows, &["pageup", "ctrl-b"], PageUp, "", "goes up a page"),
    looks("rows.top", Rows, &["g g", "home"], Top, "", "goes to the first row"),
    looks("rows.bottom", Rows, &["G", "end"], Bottom, "", "goes to the last row"),

    looks("list.filter", List, &["/"], Filter, "filter", "shows only the rows that match; ! in front turns it around"),
    looks("list.enter", List, &["enter", "l", "right"], Enter, "", "opens the branch, or goes into the detail"),
    looks("list.leave", List, &["h", "left"], Leave, "", "closes the branch, or goes to the one it is in").if_(reasons::can_leave),

    looks("detail.follow", Detail, &["enter"], Enter, "go there", "goes to what the line speaks of: a host, a global, or its place in the editor"),
    looks("detail.leave", Detail, &["h", "left"], Leave, "", "goes back to the list"),
    looks("detail.log", Detail, &["l", "right"], ShowLog, "", "goes on to the log").if_(reasons::has_log),

    looks("hosts.deploy", Hosts, &["d"], DeployHosts, "plan", "plans a deployment to the marked hosts, or to the one under the cursor")
        .if_(reasons::can_plan_hosts).writes().typed(twin::deploy_hosts),
    looks("hosts.mark", Hosts, &["space"], Mark, "mark", "marks the host").if_(reasons::has_selection),
    looks("hosts.mark-all", Hosts, &["V"], MarkAll, "", "marks every host that is shown, or none").if_(reasons::has_selection),
    looks("hosts.ask", Hosts, &["s"], AskHosts, "ask", "asks the marked hosts, or the one under the cursor, what they run")
        .if_(reasons::can_ask).typed(twin::status_hosts),
    looks("hosts.options", Hosts, &["o"], OpenOptions, "options", "opens the host's own options: what is set, and everything behind it")
        .if_(reasons::has_selection).typed(twin::options),
    looks("hosts.edit", Hosts, &["e"], Edit, "", "opens the host's folder, or the place of its error, in $EDITOR").if_(reasons::has_place),
    looks("hosts.copy-name", Hosts, &["y"], CopyName, "", "copies the host's name").if_(reasons::has_selection),

    looks("options.edit", Options, &["e"], Edit, "edit", "opens $EDITOR where the option, or the definition under the cursor, is written").if_(reasons::has_place),
    looks("options.compare", Options, &["C"], Compare, "compare", "compares the option over all hosts; again: its detail").if_(reasons::has_selection),
    looks("options.all", Options, &["a"], ShowAll, "all", "shows options that nobody set, too, or hides them"),
    looks("options.copy-path", Options, &["y"], CopyName, "copy path", "copies the option's path").if_(reasons::has_selection),
    looks("options.copy-value", Options, &["c"], CopyValue, "copy value", "copies the value as JSON").if_(reasons::has_value),
    looks("options.copy-nix", Options, &["="], CopyDefinition, "", "copies the Nix definition that sets the value: PATH = VALUE;").if_(reasons::has_definition),
    looks("options.detail", Options, &["i"], ShowDetail, "", "goes into the detail, also of a branch"),
    looks("options.expand", Options, &["*"], ExpandAll, "", "opens everything below the cursor"),
    looks("options.collapse", Options, &["-"], CollapseAll, "", "closes everything"),
    looks("options.host", Options, &["H"], GoToHost, "", "goes to the host").if_(reasons::has_host),

    looks("globals.edit", Globals, &["e"], Edit, "edit", "opens $EDITOR where the value, or the definition under the cursor, is written").if_(reasons::has_place),
    looks("globals.copy-path", Globals, &["y"], CopyName, "copy path", "copies the path").if_(reasons::has_selection),
    looks("globals.copy-value", Globals, &["c"], CopyValue, "copy value", "copies the value as JSON").if_(reasons::has_value),
    looks("globals.copy-nix", Globals, &["="], CopyDefinition, "", "copies the Nix definition that sets the value: x.global.PATH = VALUE;").if_(reasons::has_definition),
    looks("globals.would-move", Globals, &["w"], WouldMove, "what moves", "finds out which hosts' systems would move if this changed")
        .if_(reasons::has_selection).typed(twin::would_move),
    looks("globals.detail", Globals, &["i"], ShowDetail, "", "goes into the detail, also of a branch").if_(reasons::has_selection),
    looks("globals.compare", Globals, &["C"], Compare, "", "shows host by host what each says of it and who reads it; again: its detail").if_(reasons::has_selection),
    looks("globals.all", Globals, &["a"], ShowAll, "all", "shows values that nobody set, too, or hides them"),
    looks("globals.expand", Globals, &["*"], ExpandAll, "", "opens everything below the cursor"),
    looks("globals.collapse", Globals, &["-"], CollapseAll, "", "closes everything"),
    looks("globals.host", Globals, &["H"], GoToHost, "", "goes to the host that made the definition").if_(reasons::has_host),

    looks("services.host", Services, &["H"], GoToHost, "host", "goes to the host that provides it").if_(reasons::has_host),
    looks("services.edit", Services, &["e"], Edit, "edit", "opens $EDITOR where the service is defined").if_(reasons::has_place),
    looks("services.copy-name", Services, &["y"], CopyName, "", "copies the service's name").if_(reasons::has_selection),

    looks("secrets.generate", Secrets, &["a"], ChangeSecrets(SecretsVerb::Generate), "make due", "brings up to date what is due, or what is due of the marked secrets")
        .if_(reasons::can_generate).writes().typed(twin::generate),
    looks("secrets.view", Secrets, &["v"], ViewSecret, "view", "shows what the secret is made of, and from there its text").if_(reasons::has_selection).typed(twin::reveal),
    looks("secrets.rotate", Secrets, &["R"], ChangeSecrets(SecretsVerb::Rotate), "rotate", "makes new values for the marked secrets, or for the one under the cursor, and for what is made from them; shows first what that is")
        .if_(reasons::can_rotate).writes().typed(twin::rotate),
    looks("secrets.enter", Secrets, &["i"], EnterSecret, "enter", "opens $EDITOR on the text of a secret that is entered by hand; it never reaches a disk")
        .if_(reasons::can_enter).writes().typed(twin::enter),
    looks("secrets.look", Secrets, &["s"], LookIntoSecrets, "look inside", "looks into the files with your key: tells why files are not as recorded")
        .if_(reasons::can_look).typed(twin::look),
    looks("secrets.mark", Secrets, &["space"], Mark, "mark", "marks the secret").if_(reasons::has_selection),
    looks("secrets.mark-all", Secrets, &["V"], MarkAll, "", "marks every secret that is shown, or none").if_(reasons::has_selection),
    looks("secrets.restore", Secrets, &["u"], ChangeSecrets(SecretsVerb::Restore), "restore", "makes lost values again from their entropy: all of them, or those of the marked secrets")
        .if_(reasons::can_restore).writes().typed(twin::restore),
    looks("secrets.rekey", Secrets, &["K"], ChangeSecrets(SecretsVerb::Rekey), "rekey", "encrypts to those who should read it: whatever isn't, or what isn't of the marked secrets; the values stay")
        .if_(reasons::can_rekey).writes().typed(twin::rekey),
    looks("secrets.adopt", Secrets, &["A"], ChangeSecrets(SecretsVerb::Adopt), "adopt", "keeps the value that somebody wrote by hand")
        .if_(reasons::can_adopt).writes().typed(twin::adopt),
    looks("secrets.prune", Secrets, &["x"], ChangeSecrets(SecretsVerb::Prune), "prune", "deletes files that nobody declares: all of them, or the marked ones")
        .if_(reasons::can_prune).writes().typed(twin::prune),
    looks("secrets.deploy", Secrets, &["d"], DeployMounts, "deploy", "plans a deployment to the hosts that mount the marked secrets, or the one under the cursor")
        .if_(reasons::can_deploy_mounts).writes().typed(twin::deploy_mounts),
    looks("secrets.stop", Secrets, &["c"], StopSecrets, "stop", "stops what is being done about secrets").if_(reasons::can_stop_secrets),
    looks("secrets.audit", Secrets, &["w"], AuditSecrets, "who reads", "shows who can read what").if_(reasons::has_secrets_plan).typed(twin::audit),
    looks("secrets.log", Secrets, &["L"], ShowLog, "log", "goes to the log of what was done last").if_(reasons::has_secrets_log),
    looks("secrets.scope", Secrets, &["m"], LogScope, "", "shows the log of the secret under the cursor, or of all of them").if_(reasons::has_secrets_log),
    looks("secrets.edit", Secrets, &["e"], Edit, "edit", "opens $EDITOR where the secret is declared").if_(reasons::has_place),
    looks("secrets.copy-name", Secrets, &["y"], CopyName, "copy name", "copies the secret's name").if_(reasons::has_selection),

    looks("deploy.apply", Deploy, &["y"], Apply, "apply", "applies the plan").if_(reasons::can_apply).writes().typed(twin::deploy_planned),
    looks("deploy.cancel", Deploy, &["c"], Cancel, "cancel", "declines the plan, or stops the deployment; hosts that are being activated go on by themselves")
        .if_(reasons::can_cancel),
    looks("deploy.cancel-host", Deploy, &["x"], CancelHost, "give up host", "gives up the host under the cursor; the others go on").if_(reasons::can_cancel_host),
    looks("deploy.retry", Deploy, &["R"], RetryFailed, "retry failed", "plans again for the hosts that failed")
        .if_(reasons::can_retry).writes().typed(twin::retry_failed),
    looks("deploy.log", Deploy, &["L"], ShowLog, "log", "goes to the log").if_(reasons::has_log),
    looks("deploy.scope", Deploy, &["m"], LogScope, "merge", "shows the log of what failed for the host under the cursor, of that host, or of all of them").if_(reasons::has_log),
    looks("deploy.edit", Deploy, &["e"], Edit, "edit", "opens $EDITOR where the error is").if_(reasons::has_place),

    looks("log.leave", Log, &["h"], Leave, "", "goes back to the detail"),
    looks("log.search", Log, &["/"], Search, "search", "looks for a text"),
    looks("log.filter", Log, &["&"], LogFilter, "filter", "shows only the lines with a text; ! in front turns it around"),
    looks("log.next", Log, &["n"], NextMatch, "", "goes to the next line that was looked for").if_(reasons::has_search),
    looks("log.previous", Log, &["N"], PreviousMatch, "", "goes to the one before").if_(reasons::has_search),
    looks("log.first-error", Log, &["!"], FirstErrorLine, "first error", "goes to the first line that tells of an error").if_(reasons::has_log),
    looks("log.next-error", Log, &["]"], NextErrorLine, "", "goes to the next line that tells of an error").if_(reasons::has_log),
    looks("log.previous-error", Log, &["["], PreviousErrorLine, "", "goes to the one before").if_(reasons::has_log),
    looks("log.follow", Log, &["f"], Follow, "follow", "stays at the end while lines come, or stops that"),
    looks("log.wrap", Log, &["w"], Wrap, "wrap", "breaks long lines, or lets them go on"),
    looks("log.timestamps", Log, &["t"], Timestamps, "", "shows the time of each line, or hides it"),
    looks("log.left", Log, &["left"], ScrollLeft, "", "shows what is to the left"),
    looks("log.right", Log, &["right"], ScrollRight, "", "shows what is to the right"),
    looks("log.save", Log, &["S"], SaveLog, "save", "writes the whole log to a file").if_(reasons::has_log).writes(),

    looks("typing.accept", Typing, &["enter"], Accept, "keep", "keeps the filter and goes back to the rows"),
    looks("typing.back", Typing, &["esc", "ctrl-c"], Back, "clear", "takes the filter away"),
    looks("typing.up", Typing, &["up", "ctrl-p"], ChooseUp, "", "goes up"),
    looks("typing.down", Typing, &["down", "ctrl-n"], ChooseDown, "", "goes down"),

    looks("chooser.run", Chooser, &["enter"], Accept, "run", "gives the command"),
    looks("chooser.copy-command", Chooser, &["ctrl-y"], CopyTwin, "copy command line", "copies what one would type for it"),
    looks("chooser.back", Chooser, &["esc", "ctrl-c"], Back, "close", "closes it"),
    looks("chooser.up", Chooser, &["up", "ctrl-p"], ChooseUp, "", "goes up"),
    looks("chooser.down", Chooser, &["down", "ctrl-n", "tab"], ChooseDown, "", "goes down"),

    looks("confirm.choose", Confirm, &["tab", "left", "right", "h", "l"], ToggleAnswer, "choose", "goes to the other answer"),
    looks("confirm.accept", Confirm, &["enter"], Accept, "answer", "gives the chosen answer"),
    looks("confirm.yes", Confirm, &["y"], Yes, "yes", "says yes"),
    looks("confirm.no", Confirm, &["n", "q", "esc", "ctrl-c"], No, "no", "says no"),

    looks("confirm.up", Confirm, &["up", "k"], ChooseUp, "", "goes up in what will happen"),
    looks("confirm.down", Confirm, &["down", "j"], ChooseDown, "", "goes down in it"),

    looks("prompt.accept", Prompt, &["enter"], Accept, "done", "takes what was typed"),
    looks("prompt.back", Prompt, &["esc", "ctrl-c"], Back, "cancel", "leaves it"),
    looks("prompt.up", Prompt, &["up"], ChooseUp, "", "goes up in what stands above"),
    looks("prompt.down", Prompt, &["down"], ChooseDown, "", "goes down in it"),

    looks("reader.edit", Reader, &["e"], EditText, "edit", "opens $EDITOR where what the text tells of is written").if_(reasons::has_text_place),
    looks("reader.copy", Reader, &["y"], CopyText, "copy", "copies the whole text").if_(reasons::has_text),
    looks("reader.close", Reader, &["q", "esc", "enter"], Back, "close", "closes the text"),

    looks("secret.reveal", Secret, &["v"], Reveal, "reveal", "shows the text for half a minute, or wipes it from the screen").typed(twin::reveal),
    looks("secret.copy", Secret, &["y"], CopySecret, "copy", "puts the text into the terminal's clipboard, without showing it"),
    looks("secret.close", Secret, &["q", "esc", "enter"], Back, "close", "closes it and wipes the text"),
];
