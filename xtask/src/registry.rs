//! Tells from a tool's output that a package registry, and which one, did not give what was asked.

/// The tools that fetch packages, each from its own registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registry {
    Crates,
    Npm,
    PyPi,
    Debian,
}

impl Registry {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crates => "crates.io",
            Self::Npm => "the npm registry",
            Self::PyPi => "PyPI",
            Self::Debian => "Debian packages",
        }
    }

    /// Pieces of what the tool says when its registry is out of reach or refuses.
    fn complaints(self) -> &'static [&'static str] {
        match self {
            Self::Crates => &[
                "failed to download",
                "download of ",
                "failed to fetch",
                "spurious network error",
                "Could not resolve host",
                "Couldn't resolve host",
                "failed to get successful HTTP response",
                "no matching package named",
            ],
            Self::Npm => &[
                "ENOTFOUND",
                "ETIMEDOUT",
                "ECONNREFUSED",
                "ECONNRESET",
                "EAI_AGAIN",
                "ERR_SOCKET_TIMEOUT",
                "npm error code E4",
                "npm error code E5",
                "npm error network",
            ],
            Self::PyPi => &[
                "Could not find a version",
                "No matching distribution",
                "Max retries exceeded",
                "Connection refused",
                "NewConnectionError",
                "Read timed out",
                "HTTP error",
                "Could not fetch URL",
            ],
            Self::Debian => &[
                "Failed to fetch",
                "Temporary failure resolving",
                "Could not connect",
                "Could not resolve",
                "Unable to locate package",
                "has no installation candidate",
            ],
        }
    }

    /// The line of `log` in which the registry's failure is told, if it is.
    pub(crate) fn complaint(self, log: &str) -> Option<&str> {
        log.lines()
            .find(|line| self.complaints().iter().any(|piece| line.contains(piece)))
            .map(str::trim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_out_of_reach_is_told_from_a_build_that_fails() {
        let check = |registry: Registry, log: &str, expected: bool| {
            assert_eq!(
                registry.complaint(log).is_some(),
                expected,
                "{registry:?}: {log}"
            );
        };
        check(
            Registry::Npm,
            "npm error code ENOTFOUND\nnpm error network request to the registry failed",
            true,
        );
        check(
            Registry::Npm,
            "npm error code E404\nnpm error 404 Not Found - GET",
            true,
        );
        check(
            Registry::Npm,
            "npm error code EUSAGE\nnpm error `npm ci` can only install",
            false,
        );
        check(
            Registry::Crates,
            "error: failed to download from `https://…`",
            true,
        );
        check(Registry::Crates, "error[E0308]: mismatched types", false);
        check(
            Registry::PyPi,
            "ERROR: Could not find a version that satisfies the requirement nodejs",
            true,
        );
        check(
            Registry::PyPi,
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES",
            false,
        );
        check(
            Registry::Debian,
            "E: Failed to fetch http://…/chromium.deb  404",
            true,
        );
        check(
            Registry::Debian,
            "E: Unable to locate package chromium",
            true,
        );
        check(Registry::Debian, "dpkg: error processing package", false);
    }
}
