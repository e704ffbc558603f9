//! What can be typed after `watchfire`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use model::config::Role;

/// Watchfire 烽火: early warning and emergency command of a county.
#[derive(Debug, Parser)]
#[command(name = "watchfire", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make and look after site folders.
    #[command(subcommand)]
    Site(SiteVerb),
    /// Serve a site: take readings, decide, show.
    Serve(Serve),
    /// Send a recorded night to a running server, in order of arrival.
    Play(Play),
    /// Read a site's files, or a folder of rules, run the examples of the rules, and tell everything
    /// that is wrong.
    Check {
        /// The site folder, or a folder of rule files.
        #[arg(default_value = "rules")]
        folder: PathBuf,
        /// Which rule watches which series, and which series nobody watches.
        #[arg(long)]
        stations: bool,
        /// Everything that acts, defaults included.
        #[arg(long)]
        in_force: bool,
    },
    /// Show the newest messages that were refused, and why; the server may be running.
    Refused {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// Only what came by this interface.
        #[arg(long)]
        interface: Option<String>,
        /// Only these: malformed, unknown, future, oversized or conflict.
        #[arg(long)]
        kind: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        newest: usize,
    },
    /// Look at every record of the journal and every signed checkpoint, and name whatever was changed.
    Verify {
        /// The data folder of a server or of a backup; the server may be running.
        #[arg(long)]
        data: PathBuf,
        /// A checkpoint that was kept elsewhere, or a folder of them with their public keys.
        #[arg(long)]
        against: Option<PathBuf>,
    },
    /// Signed checkpoints of the journal.
    #[command(subcommand)]
    Checkpoint(CheckpointVerb),
    /// Take an interval of the journal out, with what proves it to somebody without this program.
    Export {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// From this time on, as 2026-07-15T00:00:00+08:00.
        #[arg(long, value_parser = instant)]
        from: model::Time,
        /// Up to this time.
        #[arg(long, value_parser = instant)]
        to: model::Time,
        /// The folder to write to; it must not exist yet, or be empty.
        #[arg(long)]
        out: PathBuf,
    },
    /// Erase texts, photos and positions for good; the journal stays verifiable.
    Erase(Erase),
    /// Make old parts of the journal small; everything reads them where they lie.
    Archive {
        /// The data folder; the server may be running.
        #[arg(long)]
        data: PathBuf,
        /// Only what was last written longer ago than this, as 7d.
        #[arg(long, default_value = "7d", value_parser = crate::play::span)]
        older_than: std::time::Duration,
    },
    /// Copy everything that cannot be rebuilt, whole up to a commit; the server may be running.
    Backup {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// The folder to copy to; again and again the same one adds only what is new.
        #[arg(long)]
        to: PathBuf,
    },
    /// Make a data folder from a backup, as it stood at a time or at an entry.
    Restore {
        /// The backup, or the data folder of a stopped server.
        #[arg(long)]
        from: PathBuf,
        /// The data folder to make; it must have no journal yet.
        #[arg(long)]
        data: PathBuf,
        /// A time, or the number of an entry; absent: all there is.
        #[arg(long, value_parser = until)]
        until: Option<store::Until>,
    },
    /// Apply the journal again from its first entry and print the state's hash.
    Replay {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
    },
    /// Say who may sign in.
    #[command(subcommand)]
    Account(AccountVerb),
    /// Say which devices may send readings, and for which stations.
    #[command(subcommand)]
    Device(DeviceVerb),
    /// Replay history through rules and count what they would have done; with a second set, what it
    /// would have done otherwise.
    Backtest(Backtest),
    /// Move a site's data to another store while the server is stopped: everything is copied, read
    /// back and compared; what it came from is left as it was.
    Move(Move),
    /// Practise: a script of injects in a process, a folder and a clock of its own.
    #[command(subcommand)]
    Drill(DrillVerb),
    /// Print the OpenAPI description of `/api/v1`.
    Openapi,
}

/// From where to where.
#[derive(Debug, Args)]
pub(crate) struct Move {
    /// The site folder.
    #[arg(long)]
    pub(crate) site: PathBuf,
    /// The data folder.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// `embedded`, or a database as postgres://user@host/name; several hosts with commas between.
    #[arg(long)]
    pub(crate) to: String,
    /// The file that holds the database's password; absent: the one that the site names, if any.
    #[arg(long)]
    pub(crate) password_file: Option<PathBuf>,
}

/// Signed checkpoints.
#[derive(Debug, Subcommand)]
pub(crate) enum CheckpointVerb {
    /// Copy the public keys and the newest checkpoint to where the operator has no hand.
    Export {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// The folder to copy to.
        #[arg(long)]
        to: PathBuf,
    },
    /// Print the public key and the newest checkpoint.
    Show {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
    },
}

/// What to erase.
#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// The data folder; the server may be running.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// One text, photo or position by its seal, 64 hexadecimal digits; may be given often.
    #[arg(long, required_unless_present = "person")]
    pub(crate) blob: Vec<String>,
    /// Everything that this person attached to what they did, and what officers recorded for them.
    #[arg(long)]
    pub(crate) person: Option<String>,
}

/// Site folders.
#[derive(Debug, Subcommand)]
pub(crate) enum SiteVerb {
    /// Make a site folder from recorded data or a generated workload.
    New {
        /// Folder with stations.csv and thresholds.csv, or with stations.json.
        #[arg(long)]
        from: PathBuf,
        /// The site folder to make; it must not exist yet, or be empty.
        site: PathBuf,
        /// Take thresholds_history.csv, so that each bound holds from its day on.
        #[arg(long)]
        dynamic: bool,
    },
}

/// Logins. They are kept in accounts.toml of the site; a running server takes them over when it is
/// started again.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountVerb {
    /// Make a login or give it another password; the password is asked for, or read from stdin.
    Set {
        /// The site folder.
        #[arg(long)]
        site: PathBuf,
        /// What is typed to sign in.
        #[arg(long)]
        login: String,
        /// Whose login it is, by the id in people.csv; absent: the login itself.
        #[arg(long)]
        person: Option<String>,
        /// Code of the jurisdiction whose people file has the person; needed where there are several.
        #[arg(long)]
        jurisdiction: Option<String>,
        /// Name of a person who is not in people.csv yet; they are added.
        #[arg(long)]
        name: Option<String>,
        /// What the new person may do.
        #[arg(long, value_enum, default_value = "duty_officer")]
        role: RoleWord,
    },
    /// Take a login away; the person stays.
    Remove {
        /// The site folder.
        #[arg(long)]
        site: PathBuf,
        /// The login.
        #[arg(long)]
        login: String,
    },
    /// Print login, person, role and jurisdiction of everybody who may sign in.
    List {
        /// The site folder.
        #[arg(long)]
        site: PathBuf,
    },
}

/// Accounts of devices, for MQTT and HTTP. They are kept in the data folder; a running server looks at
/// them whenever a device comes.
#[derive(Debug, Subcommand)]
pub(crate) enum DeviceVerb {
    /// Make an account, or give one other stations; prints its new password, once.
    Add {
        /// The device's name, which is also its user name.
        name: String,
        /// The stations it speaks for, with commas between.
        #[arg(
            long,
            value_delimiter = ',',
            required_unless_present = "all",
            conflicts_with = "all"
        )]
        stations: Vec<String>,
        /// It speaks for every station, as a gateway does.
        #[arg(long)]
        all: bool,
        /// The site folder, to be sure that there are such stations.
        #[arg(long)]
        site: Option<PathBuf>,
        /// The data folder.
        #[arg(long, env = "WATCHFIRE_DATA")]
        data: PathBuf,
    },
    /// Take an account away: the device is refused from then on, and shown out where it is connected.
    Remove {
        /// The device's name.
        name: String,
        /// The data folder.
        #[arg(long, env = "WATCHFIRE_DATA")]
        data: PathBuf,
    },
    /// Print every device, its stations and when its password was made.
    List {
        /// The data folder.
        #[arg(long, env = "WATCHFIRE_DATA")]
        data: PathBuf,
    },
}

/// A role as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum RoleWord {
    Viewer,
    Planner,
    Responder,
    DutyOfficer,
    Administrator,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Role {
        match word {
            RoleWord::Viewer => Role::Viewer,
            RoleWord::Planner => Role::Planner,
            RoleWord::Responder => Role::Responder,
            RoleWord::DutyOfficer => Role::DutyOfficer,
            RoleWord::Administrator => Role::Administrator,
        }
    }
}

/// Which rules over which history.
#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// Site folder, folder of rule files, or folder of recorded data for its bare thresholds.
    #[arg(long)]
    pub(crate) rules: PathBuf,
    /// Rules to compare with, of the same three kinds.
    #[arg(long)]
    pub(crate) against: Option<PathBuf>,
    /// Folder of recorded data, or a server's data folder for the site's own history.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Count what begins at this time or later, as 2020-08-06T00:00:00+09:00.
    #[arg(long, value_parser = instant)]
    pub(crate) from: Option<model::Time>,
    /// Read nothing that arrived after this.
    #[arg(long, value_parser = instant)]
    pub(crate) to: Option<model::Time>,
    /// How far a dated event may lie from an alarm that it confirms, as 30m or 6h.
    #[arg(long, default_value = "6h", value_parser = crate::play::span)]
    pub(crate) window: std::time::Duration,
    /// Write the dated events of the history to this file, as an events.csv.
    #[arg(long)]
    pub(crate) export_events: Option<PathBuf>,
    /// Show the worst hour by district.
    #[arg(long)]
    pub(crate) load: bool,
    /// Tell who would have been called, when and by which step, instead of the levels reached: two site
    /// folders over a server's own journal, with the presses and receipts of that time.
    #[arg(long, requires = "against", conflicts_with_all = ["load", "export_events"])]
    pub(crate) calls: bool,
    /// With --calls: whose journal, where a server has several.
    #[arg(long, requires = "calls")]
    pub(crate) jurisdiction: Option<String>,
    /// Print everything as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn until(text: &str) -> Result<store::Until, String> {
    if let Ok(number) = text.parse() {
        return Ok(store::Until::Number(number));
    }
    let time = instant(text).map_err(|bad| format!("neither a number nor a time: {bad}"))?;
    Ok(store::Until::Time(time))
}

fn instant(text: &str) -> Result<model::Time, String> {
    model::Time::parse(text.as_bytes()).map_err(|bad| bad.to_string())
}

/// Where to serve what.
#[derive(Clone, Debug, Args)]
pub(crate) struct Serve {
    /// The site folder.
    #[arg(long)]
    pub(crate) site: PathBuf,
    /// The data folder; made when missing.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Address of HTTP and WebSocket; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:8080", env = "WATCHFIRE_HTTP")]
    pub(crate) http: SocketAddr,
    /// Address of the MQTT front door; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:1883", env = "WATCHFIRE_MQTT")]
    pub(crate) mqtt: SocketAddr,
    /// Written when everything is open: addresses and an administrator token that dies with the
    /// process. Only where every listener is on the loopback.
    #[arg(long)]
    pub(crate) ready_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
    /// Where a drill that runs on this machine puts up its notice; the desk then says that it runs.
    #[arg(long)]
    pub(crate) drill_notice: Option<PathBuf>,
    /// Refuse MQTT clients without a device account from this machine too: needed where a proxy here takes
    /// connections from elsewhere.
    #[arg(long)]
    pub(crate) mqtt_accounts: bool,
    /// Take readings from this broker instead of opening the front door, as mqtt://host:port.
    #[arg(long)]
    pub(crate) mqtt_broker: Option<String>,
}

/// How people reach the server encrypted.
#[derive(Clone, Debug, Args)]
pub(crate) struct TlsArgs {
    /// Speak HTTPS at --http, with a certificate authority of this server's own that phones install
    /// from the page /trust.
    #[arg(long, env = "WATCHFIRE_HTTPS")]
    pub(crate) https: bool,
    /// A further name or address that people reach this server by; may be given several times.
    #[arg(long, value_parser = crate::tls::host_name)]
    pub(crate) https_name: Vec<String>,
    /// Speak HTTPS with this certificate chain, PEM.
    #[arg(long, requires = "tls_key", conflicts_with = "https")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The key of --tls-cert, PEM.
    #[arg(long, requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
}

/// Drills.
#[derive(Debug, Subcommand)]
pub(crate) enum DrillVerb {
    /// Read a script, check it against its site, and tell everything that is wrong.
    Check {
        /// The script, TOML.
        script: PathBuf,
        /// The site folder it is to be played in.
        #[arg(long)]
        site: PathBuf,
    },
    /// Play a script: same screens, nobody real is reached, nothing of it is kept with what is real.
    Run(Box<DrillRun>),
    /// Print how a drill went, from its journal; the drill may be running.
    Score {
        /// The drill's data folder.
        #[arg(long)]
        data: PathBuf,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
        /// In which language.
        #[arg(long, value_enum, default_value = "zh")]
        lang: LanguageWord,
    },
}

/// A language as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LanguageWord {
    Zh,
    En,
}

/// Which drill, where.
#[derive(Clone, Debug, Args)]
pub(crate) struct DrillRun {
    /// The site folder; it is read and not written.
    #[arg(long)]
    pub(crate) site: PathBuf,
    /// The script, TOML.
    #[arg(long)]
    pub(crate) script: PathBuf,
    /// A data folder of the drill alone; made when missing.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Address of HTTP and WebSocket; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:8088", env = "WATCHFIRE_DRILL_HTTP")]
    pub(crate) http: SocketAddr,
    /// The notice that a real server on this machine reads with --drill-notice.
    #[arg(long)]
    pub(crate) notice: Option<PathBuf>,
    /// The address in the notice, as people reach the drill; absent: --http.
    #[arg(long)]
    pub(crate) address: Option<String>,
    /// Written when everything is open: address and an administrator token that dies with the process.
    /// Only where the listener is on the loopback.
    #[arg(long)]
    pub(crate) ready_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
}

/// What to send where.
#[derive(Debug, Args)]
pub(crate) struct Play {
    /// Folder with arrivals.jsonl.gz, observations.csv.gz or messages.tsv.
    pub(crate) folder: PathBuf,
    /// The server's MQTT address, host:port.
    #[arg(long)]
    pub(crate) mqtt: String,
    /// The server's HTTP address, host:port.
    #[arg(long, value_parser = crate::play::host_and_port)]
    pub(crate) http: Option<String>,
    /// How many times faster than it happened, or `max`.
    #[arg(long, default_value = "max")]
    pub(crate) speed: links::play::Speed,
    /// After the last message, time goes on by this much, as 30m or 2h.
    #[arg(long, value_parser = crate::play::span)]
    pub(crate) settle: Option<std::time::Duration>,
    /// The name of a device with an account for all stations, where the server asks for one.
    #[arg(long, requires = "password_file")]
    pub(crate) user: Option<String>,
    /// A file that holds the device's password and nothing else.
    #[arg(long, requires = "user")]
    pub(crate) password_file: Option<PathBuf>,
}
