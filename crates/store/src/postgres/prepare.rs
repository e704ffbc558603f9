//! Makes the tables where they are missing, and asks the server whether it keeps what it confirms.

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Link, LinkError, aside};

/// Numbered files, applied once each, in order; grows by addition.
static MIGRATIONS: Migrator = sqlx::migrate!("src/postgres/migrations");

/// Makes what is missing on a connection of its own; see [`prepare`].
pub(crate) fn ready(link: &Link) -> Result<(), LinkError> {
    let made = aside(|| async {
        let mut connection = link.connect_patiently("watchfire preparing").await?;
        prepare(link, &mut connection).await?;
        Ok(connection.close().await?)
    });
    made.map_err(sqlx::Error::from)?
}

/// As [`ready`], for a thread that carries sockets.
pub(crate) async fn ready_soon(link: &Link) -> Result<(), LinkError> {
    let link = link.clone();
    let made = tokio::task::spawn_blocking(move || ready(&link)).await;
    made.map_err(|error| sqlx::Error::from(std::io::Error::other(error)))?
}

/// Makes what is missing: the extension, then the tables.
pub(crate) async fn prepare(link: &Link, connection: &mut PgConnection) -> Result<(), LinkError> {
    if !has_postgis(connection).await? {
        // Where everybody finds it: another schema of this database may be another site's.
        let made = sqlx::raw_sql("CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public");
        if let Err(source) = made.execute(&mut *connection).await
            // Somebody else may have made it a moment before.
            && !has_postgis(connection).await?
        {
            return Err(LinkError::NoPostgis {
                database: link.database(),
                source,
            });
        }
    }
    MIGRATIONS
        .run(&mut *connection)
        .await
        .map_err(LinkError::Tables)
}

async fn has_postgis(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let there = "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'postgis')";
    sqlx::query_scalar(there).fetch_one(connection).await
}

/// Refuses a server that confirms what a power cut may take.
pub(crate) async fn must_last(connection: &mut PgConnection) -> Result<(), LinkError> {
    for setting in ["fsync", "full_page_writes"] {
        let asked = AssertSqlSafe(format!("SHOW {setting}"));
        let stands: String = sqlx::query_scalar(asked)
            .fetch_one(&mut *connection)
            .await?;
        if stands == "off" {
            return Err(LinkError::Forgetful { setting });
        }
    }
    // A role may have it off; what waits for a standby stays as the server has it.
    let stands: String = sqlx::query_scalar("SHOW synchronous_commit")
        .fetch_one(&mut *connection)
        .await?;
    if stands == "off" {
        sqlx::raw_sql("SET synchronous_commit = on")
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
