//! Makes the tables where they are missing, and asks the server whether it keeps what it confirms.

use std::sync::LazyLock;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqlSafeStr};

use super::{Link, LinkError, aside};

/// The numbered files of `migrations/`, applied once each, in order; grows by addition.
const FILES: [(i64, &str, &str); 2] = [
    (1, "store", include_str!("migrations/0001_store.sql")),
    (2, "archive", include_str!("migrations/0002_archive.sql")),
];

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let migrations = FILES.map(|(version, name, sql)| {
        let sql = sql.into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.into())
});
/// First half of the number by which those who make the extension wait for each other.
const LOCK: i32 = 0x5747;

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
    if is_ready(connection).await? {
        return Ok(());
    }
    if !has_postgis(connection).await?
        && let Err(source) = make_postgis(connection).await
        // Somebody else may have made it a moment before.
        && !has_postgis(connection).await?
    {
        return Err(LinkError::NoPostgis {
            database: link.database(),
            source,
        });
    }
    MIGRATIONS
        .run(&mut *connection)
        .await
        .map_err(LinkError::Tables)
}

/// Whether the tables are there as this program knows them. They need the extension, so it is there too.
async fn is_ready(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    // Where they would be made: what lies in a schema behind it is another site's.
    let noted = "SELECT EXISTS (SELECT 1 FROM pg_tables
                 WHERE tablename = '_sqlx_migrations' AND schemaname = current_schema())";
    if !sqlx::query_scalar::<_, bool>(noted)
        .fetch_one(&mut *connection)
        .await?
    {
        return Ok(false);
    }
    let made: Vec<(i64, Vec<u8>, bool)> =
        sqlx::query_as("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version")
            .fetch_all(connection)
            .await?;
    let known = MIGRATIONS.iter().map(|m| (m.version, &*m.checksum, true));
    Ok(made
        .iter()
        .map(|(version, sum, whole)| (*version, sum.as_slice(), *whole))
        .eq(known))
}

/// Makes the extension where everybody finds it: another schema of this database may be another site's.
/// Who comes at the same time waits, and then finds it made.
async fn make_postgis(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let mut change = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1, 0)")
        .bind(LOCK)
        .execute(&mut *change)
        .await?;
    sqlx::raw_sql("CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public")
        .execute(&mut *change)
        .await?;
    change.commit().await
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;

    /// A database made by an earlier program holds these sums and would be refused otherwise.
    #[test]
    fn what_has_been_applied_somewhere_stays_as_it_was() {
        let sums = MIGRATIONS.iter().map(|m| hex::encode(&*m.checksum));
        assert_eq!(
            sums.collect::<Vec<_>>(),
            [
                "6e890b4a10ac9e890ad0c3a9860351ed30c12d3ca3e9e43b1b04f0345e6118fdf12ef2824220cd94f1231318982c59fd",
                "7ce32a12b259a6bf2f126b93ae213c6c6cffa23cf997dffdc0577c403b53c2f0b4b80fec50a97e23d047f152cef739dd"
            ]
        );
    }

    #[test]
    fn every_numbered_file_is_applied() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/postgres/migrations");
        let files = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let applied = FILES.map(|(version, name, _)| format!("{version:04}_{name}.sql"));
        assert_eq!(names, applied);
    }
}
