//! Rebuilds the embedding when the web client changes; a client that is not built is no error.

fn main() {
    let dist = std::path::Path::new("../../web/dist");
    // A missing path would count as changed at every build.
    if let Err(cause) = std::fs::create_dir_all(dist) {
        println!("cargo::warning=no folder for the web client: {cause}");
    }
    println!("cargo::rerun-if-changed=../../web/dist");
    println!("cargo::rerun-if-changed=build.rs");
}
