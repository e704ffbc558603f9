//! HTTPS: a certificate from files, or from an authority of our own made at the first start.
//!
//! The authority's key lies in the data folder, for its owner alone, and signs nothing but this
//! server's certificate. That one is made anew at each start and every month, in memory only.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use anyhow::{Context as _, bail};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest as _, Sha256};

use crate::args::TlsArgs;

/// A certificate of ours is good for so many days; phones take no more than 825.
const GOOD_FOR_DAYS: i64 = 397;
/// The authority lasts longer than the phones it is installed on.
const AUTHORITY_DAYS: i64 = 3_650;
/// How often a server that is never stopped makes its certificate anew.
const RENEW: Duration = Duration::from_secs(30 * 86_400);

/// What the listener needs to speak HTTPS.
pub(crate) struct Tls {
    pub(crate) config: Arc<ServerConfig>,
    /// What phones install; absent where the certificate comes from elsewhere.
    pub(crate) trust: Option<api::Trust>,
}

/// Reads or makes what HTTPS needs; none where it was not asked for.
pub(crate) fn tls(asked: &TlsArgs, data: &Path, http: SocketAddr) -> anyhow::Result<Option<Tls>> {
    match (&asked.tls_cert, &asked.tls_key) {
        (Some(cert), Some(key)) => {
            let config = of_files(cert, key)?;
            Ok(Some(Tls {
                config,
                trust: None,
            }))
        }
        _ if asked.https => {
            let names = names(asked, http);
            own(&data.join("tls"), names).map(Some)
        }
        _ => Ok(None),
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn config(certificate: Arc<dyn ResolvesServerCert>) -> anyhow::Result<Arc<ServerConfig>> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .context("could not set TLS up")?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn of_files(cert: &Path, key: &Path) -> anyhow::Result<Arc<ServerConfig>> {
    let told = |path: &Path| format!("could not read {}", path.display());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .with_context(|| told(cert))?
        .collect::<Result<_, _>>()
        .with_context(|| told(cert))?;
    if chain.is_empty() {
        bail!("{} holds no certificate", cert.display());
    }
    let key = PrivateKeyDer::from_pem_file(key).with_context(|| told(key))?;
    let certified = CertifiedKey::from_der(chain, key, &provider())
        .context("the certificate of --tls-cert does not go with the key of --tls-key")?;
    config(Arc::new(Current(RwLock::new(Arc::new(certified)))))
}

/// The names people reach this machine by.
fn names(asked: &TlsArgs, http: SocketAddr) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = ["localhost", "127.0.0.1", "::1"]
        .into_iter()
        .map(str::to_owned)
        .collect();
    names.extend(asked.https_name.iter().cloned());
    if !http.ip().is_unspecified() {
        names.insert(http.ip().to_string());
        return names;
    }
    let system = rustix::system::uname();
    names.extend(system.nodename().to_str().ok().map(str::to_lowercase));
    match if_addrs::get_if_addrs() {
        Ok(all) => names.extend(
            all.iter()
                .filter(|i| !i.is_link_local())
                .map(|i| i.ip().to_string()),
        ),
        Err(error) => tracing::warn!(
            %error,
            "the addresses of this machine cannot be read; name them with --https-name"
        ),
    }
    names
}

/// The authority in `folder`, made when it is not there, and a certificate of it for `names`.
fn own(folder: &Path, names: BTreeSet<String>) -> anyhow::Result<Tls> {
    let authority = Authority::open(folder)?;
    let current = Arc::new(Current(RwLock::new(authority.certificate(&names)?)));
    let trust = api::Trust {
        authority: authority.root.to_vec(),
        names: names.iter().cloned().collect(),
    };
    let renewed = Arc::clone(&current);
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(RENEW).await;
                match authority.certificate(&names) {
                    Ok(fresh) => renewed.replace(fresh),
                    Err(error) => tracing::error!(%error, "the certificate was not made anew"),
                }
            }
        });
    }
    Ok(Tls {
        config: config(current)?,
        trust: Some(trust),
    })
}

/// The certificate shown now.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl Current {
    fn replace(&self, fresh: Arc<CertifiedKey>) {
        *self
            .0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = fresh;
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let now = self
            .0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Some(Arc::clone(&now))
    }
}

/// An authority of our own.
struct Authority {
    root: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn open(folder: &Path) -> anyhow::Result<Authority> {
        let (key_file, root_file) = (folder.join("ca.key"), folder.join("ca.pem"));
        let told = |path: &Path| format!("could not read {}", path.display());
        if !key_file.exists() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .with_context(|| format!("could not make {}", folder.display()))?;
            let key = KeyPair::generate().context("could not make a key")?;
            let root = root_params(&key)?
                .self_signed(&key)
                .context("could not sign the authority")?;
            // The key last: without it, everything is made anew.
            keep(&root_file, &root.pem())?;
            keep(&key_file, &key.serialize_pem())?;
            tracing::info!(
                file = %root_file.display(),
                "a certificate authority of this server's own was made; phones install it from /trust"
            );
        }
        let text = fs::read_to_string(&key_file).with_context(|| told(&key_file))?;
        let key = KeyPair::from_pem(&text).with_context(|| told(&key_file))?;
        let root = CertificateDer::from_pem_file(&root_file).with_context(|| told(&root_file))?;
        let issuer = Issuer::new(root_params(&key)?, key);
        Ok(Authority { root, issuer })
    }

    fn certificate(&self, names: &BTreeSet<String>) -> anyhow::Result<Arc<CertifiedKey>> {
        let names: Vec<String> = names.iter().cloned().collect();
        let mut params = CertificateParams::new(names)
            .context("a name of --https-name cannot stand in a certificate")?;
        params.distinguished_name = called("Watchfire");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        good_for(&mut params, GOOD_FOR_DAYS);
        let key = KeyPair::generate().context("could not make a key")?;
        let leaf = params
            .signed_by(&key, &self.issuer)
            .context("could not sign the certificate")?;
        let chain = vec![leaf.der().clone(), self.root.clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der())
            .map_err(|why| anyhow::anyhow!("the new key is no key: {why}"))?;
        let certified = CertifiedKey::from_der(chain, key, &provider());
        certified
            .map(Arc::new)
            .context("the new certificate is unfit")
    }
}

/// What the root says of itself; the same again for the same key, dates apart.
fn root_params(key: &KeyPair) -> anyhow::Result<CertificateParams> {
    let mut params =
        CertificateParams::new(Vec::<String>::new()).context("could not set an authority up")?;
    let tag = hex::encode(&Sha256::digest(key.public_key_raw())[..4]);
    params.distinguished_name = called(&format!("Watchfire local authority {tag}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    good_for(&mut params, AUTHORITY_DAYS);
    Ok(params)
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}

/// From yesterday, since clocks of phones differ.
fn good_for(params: &mut CertificateParams, days: i64) {
    let day = |days: i64| {
        let then = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
        let date = then.to_zoned(jiff::tz::TimeZone::UTC).date();
        rcgen::date_time_ymd(i32::from(date.year()), date.month() as u8, date.day() as u8)
    };
    params.not_before = day(-1);
    params.not_after = day(days);
}

/// Writes a file for its owner alone, whole or not at all.
fn keep(path: &Path, text: &str) -> anyhow::Result<()> {
    let aside = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&aside, path)
    };
    write().with_context(|| format!("could not write {}", path.display()))
}

/// A host name or address that can stand in a certificate.
pub(crate) fn host_name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let sound = text.parse::<IpAddr>().is_ok()
        || (!text.is_empty() && text.len() <= 253 && text.chars().all(fits));
    sound
        .then(|| text.to_lowercase())
        .ok_or_else(|| "a host name such as watchfire.county.cn, or an address".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConnection};
    use std::os::unix::fs::PermissionsExt as _;

    fn named(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// A handshake in memory with a phone that trusts `root` alone.
    fn greets(tls: &Tls, root: &[u8], name: &str) -> Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(root.to_vec())).unwrap();
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let mut phone = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut server = ServerConnection::new(Arc::clone(&tls.config)).unwrap();
        while phone.is_handshaking() || server.is_handshaking() {
            let mut bytes = Vec::new();
            while phone.wants_write() {
                phone.write_tls(&mut bytes).unwrap();
            }
            let mut read = bytes.as_slice();
            while !read.is_empty() {
                server.read_tls(&mut read).unwrap();
            }
            server.process_new_packets()?;
            let mut bytes = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut bytes).unwrap();
            }
            let mut read = bytes.as_slice();
            while !read.is_empty() {
                phone.read_tls(&mut read).unwrap();
            }
            phone.process_new_packets()?;
        }
        Ok(())
    }

    #[test]
    fn a_phone_that_installed_the_authority_trusts_every_name_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let names = named(&["localhost", "127.0.0.2", "watchfire.county.cn"]);
        let tls = own(folder.path(), names.clone()).unwrap();
        let root = tls.trust.as_ref().unwrap().authority.clone();
        for name in &names {
            greets(&tls, &root, name).unwrap();
        }
        assert!(greets(&tls, &root, "127.0.0.3").is_err());
        assert!(greets(&tls, &root, "county.cn").is_err());
        let other = tempfile::tempdir().unwrap();
        let stranger = own(other.path(), names).unwrap().trust.unwrap().authority;
        assert!(greets(&tls, &stranger, "localhost").is_err());
    }

    #[test]
    fn the_authority_lasts_over_restarts_and_new_names() {
        let folder = tempfile::tempdir().unwrap();
        let root = |names: &[&str]| {
            let tls = own(folder.path(), named(names)).unwrap();
            let root = tls.trust.as_ref().unwrap().authority.clone();
            (tls, root)
        };
        let (_, first) = root(&["localhost"]);
        let (tls, second) = root(&["localhost", "10.1.2.3"]);
        assert_eq!(first, second);
        greets(&tls, &first, "10.1.2.3").unwrap();
        let key = fs::metadata(folder.path().join("ca.key")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_certificate_of_files_is_shown_and_one_without_its_key_refused() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open(folder.path()).unwrap();
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["desk.county.cn".to_owned()]).unwrap();
        let leaf = params.signed_by(&key, &authority.issuer).unwrap();
        let cert = put("server.pem", &leaf.pem());
        let good = put("server.key", &key.serialize_pem());
        let tls = Tls {
            config: of_files(&cert, &good).unwrap(),
            trust: None,
        };
        greets(&tls, &authority.root, "desk.county.cn").unwrap();
        let other = put("other.key", &KeyPair::generate().unwrap().serialize_pem());
        let refused = of_files(&cert, &other).unwrap_err().to_string();
        assert!(refused.contains("does not go with the key"), "{refused}");
        let empty = put("empty.pem", "");
        assert!(of_files(&empty, &good).is_err());
    }

    #[test]
    fn names_that_cannot_stand_in_a_certificate_are_refused() {
        for (text, sound) in [
            ("Desk.County.cn", true),
            ("10.0.0.7", true),
            ("fe80::1", true),
            ("http://x", false),
            ("", false),
        ] {
            assert_eq!(host_name(text).is_ok(), sound, "{text}");
        }
    }
}
