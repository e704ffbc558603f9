//! Logins and sessions in PostgreSQL.

use sqlx::postgres::PgRow;
use sqlx::{Connection, Row};

use super::{Lanes, Link, LinkError, prepare};
use crate::logins::{Login, SessionRow, compare};

/// What the server calls the sessions.
const NAME: &str = "watchfire logins";

/// The tables of logins and sessions; clones share their connections.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    lanes: Lanes,
}

impl Table {
    pub(crate) async fn open(link: &Link) -> Result<Table, LinkError> {
        prepare::ready_soon(link).await?;
        let lanes = Lanes::new(link, NAME, 2);
        Ok(Table { lanes })
    }

    pub(crate) async fn reconcile(
        &self,
        wanted: &[Login],
        since_s: i64,
    ) -> Result<(), sqlx::Error> {
        let changes = compare(self.logins().await?, wanted);
        let mut connection = self.lanes.take().await?;
        let mut change = connection.begin().await?;
        for login in &changes.put {
            sqlx::query(
                "INSERT INTO account (login, jurisdiction, person, hash) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (login) DO UPDATE SET jurisdiction = excluded.jurisdiction,
                     person = excluded.person, hash = excluded.hash",
            )
            .bind(&login.login)
            .bind(&login.jurisdiction)
            .bind(&login.person)
            .bind(&login.hash)
            .execute(&mut *change)
            .await?;
        }
        sqlx::query("DELETE FROM account WHERE login = ANY($1)")
            .bind(&changes.gone)
            .execute(&mut *change)
            .await?;
        sqlx::query("DELETE FROM session WHERE login = ANY($1) OR used_s < $2")
            .bind(&changes.end)
            .bind(since_s)
            .execute(&mut *change)
            .await?;
        change.commit().await
    }

    pub(crate) async fn logins(&self) -> Result<Vec<Login>, sqlx::Error> {
        let rows = sqlx::query("SELECT login, jurisdiction, person, hash FROM account")
            .fetch_all(&mut *self.lanes.take().await?)
            .await?;
        let login = |row: &PgRow| Login {
            login: row.get(0),
            jurisdiction: row.get(1),
            person: row.get(2),
            hash: row.get(3),
        };
        Ok(rows.iter().map(login).collect())
    }

    pub(crate) async fn sessions(&self) -> Result<Vec<SessionRow>, sqlx::Error> {
        let rows = sqlx::query("SELECT token_hash, login, used_s FROM session")
            .fetch_all(&mut *self.lanes.take().await?)
            .await?;
        let session = |row: &PgRow| {
            Some(SessionRow {
                token: row.get::<Vec<u8>, _>(0).try_into().ok()?,
                login: row.get(1),
                used_s: row.get(2),
            })
        };
        Ok(rows.iter().filter_map(session).collect())
    }

    /// Asked twice after a lost connection, it is the same session.
    pub(crate) async fn begin(&self, session: &SessionRow) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO session (token_hash, login, used_s) VALUES ($1, $2, $3)
             ON CONFLICT (token_hash) DO UPDATE SET used_s = excluded.used_s",
        )
        .bind(session.token.as_slice())
        .bind(&session.login)
        .bind(session.used_s)
        .execute(&mut *self.lanes.take().await?)
        .await?;
        Ok(())
    }

    pub(crate) async fn touch(&self, token: &[u8; 32], used_s: i64) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE session SET used_s = $1 WHERE token_hash = $2")
            .bind(used_s)
            .bind(token.as_slice())
            .execute(&mut *self.lanes.take().await?)
            .await?;
        Ok(())
    }

    pub(crate) async fn end(&self, token: &[u8; 32]) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM session WHERE token_hash = $1")
            .bind(token.as_slice())
            .execute(&mut *self.lanes.take().await?)
            .await?;
        Ok(())
    }
}
