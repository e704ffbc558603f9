//! HTTPS by an authority of the server's own: what a phone that installed it sees, by any name.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use outside::{Server, root};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Asks for a path by TLS as a phone that trusts the authority in `data` alone; `name` is what it
/// typed.
fn ask(address: &str, data: &Path, name: &str, path: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(data.join("tls/ca.pem")).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerName::try_from(name.to_owned()).unwrap();
    let phone = ClientConnection::new(Arc::new(config), server).unwrap();
    let mut line = StreamOwned::new(phone, TcpStream::connect(address)?);
    write!(
        line,
        "GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    match line.read_to_string(&mut answer) {
        // Servers may hang up without the farewell of TLS.
        Err(cut) if cut.kind() == std::io::ErrorKind::UnexpectedEof => Ok(answer),
        Err(error) => Err(error),
        Ok(_) => Ok(answer),
    }
}

#[test]
fn a_phone_trusts_the_server_by_each_of_its_names() {
    let folder = tempfile::tempdir().unwrap();
    let site = root().join("crates/site/tests/good");
    let data = folder.path().join("data");
    let more = ["--https", "--https-name", "127.0.0.2"];
    let server = Server::start_with(&site, &data, |command| {
        command.args(more);
    });
    for name in ["localhost", "127.0.0.1", "127.0.0.2"] {
        let answer = ask(&server.http, &data, name, "/healthz").unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
    }
    assert!(ask(&server.http, &data, "127.0.0.3", "/healthz").is_err());
    let page = ask(&server.http, &data, "localhost", "/trust").unwrap();
    assert!(page.contains("<svg") && page.contains("SHA-256"), "{page}");
    // Programs on this machine go on by plain HTTP, as the ready file says.
    assert_eq!(server.get("/healthz").0, 200);
    server.stop();
    let server = Server::start_with(&site, &data, |command| {
        command.args(more);
    });
    ask(&server.http, &data, "127.0.0.2", "/healthz").unwrap();
    server.stop();
}
