//! A few connections that questions share, on the runtime of whoever asks. After a failover they lead
//! to the new primary.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Postgres};

use super::Link;
use super::link::{Trouble, trouble};

/// How long a question waits for a connection.
const WAIT: Duration = Duration::from_secs(8);

/// Connections for questions; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Lanes {
    link: Link,
    name: &'static str,
    pool: PgPool,
}

impl Lanes {
    /// At most `most` connections, under a name that the server shows. None is made yet.
    pub(crate) fn new(link: &Link, name: &'static str, most: u32) -> Lanes {
        let pool = PgPoolOptions::new()
            .max_connections(most)
            .acquire_timeout(WAIT)
            // The question that `take` asks is the test.
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(link.first().application_name(name));
        Lanes {
            link: link.clone(),
            name,
            pool,
        }
    }

    /// A connection that was alive a moment ago, to a server that takes writes.
    pub(crate) async fn take(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        // A server that died leaves as many dead connections as there are: one more try than those.
        for _ in 0..=self.pool.options().get_max_connections() {
            match self.pool.acquire().await {
                Ok(mut connection) => {
                    // A primary that became a standby keeps its connections; they are left behind.
                    let asked = sqlx::query_scalar::<_, bool>("SELECT pg_is_in_recovery()");
                    match asked.fetch_one(&mut *connection).await {
                        Ok(false) => return Ok(connection),
                        Ok(true) => drop(connection.detach()),
                        Err(error) if trouble(&error) == Trouble::Away => {
                            drop(connection.detach());
                        }
                        Err(error) => return Err(error),
                    }
                }
                Err(error) if trouble(&error) == Trouble::Away => {}
                Err(error) => return Err(error),
            }
            self.turn().await?;
        }
        Err(sqlx::Error::PoolTimedOut)
    }

    /// Lets new connections go to the host that takes writes now.
    async fn turn(&self) -> Result<(), sqlx::Error> {
        match self.link.find(self.name).await {
            Ok((host, _)) => {
                self.pool.set_connect_options(host);
                Ok(())
            }
            Err(error) => Err(sqlx::Error::Io(std::io::Error::new(
                std::io::ErrorKind::NotConnected,
                error,
            ))),
        }
    }
}
