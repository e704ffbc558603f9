//! Makes a site folder and tells what it holds: `site_new <from> <to>`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]
fn main() {
    let mut args = std::env::args_os().skip(1).map(std::path::PathBuf::from);
    let (from, to) = (args.next().unwrap(), args.next().unwrap());
    let at = std::time::Instant::now();
    match site::new_site(&from, &to, site::NewSite::default()) {
        Ok(summary) => println!("{summary}\n{:?}", at.elapsed()),
        Err(error) => println!("{error}"),
    }
    let at = std::time::Instant::now();
    match site::read_site(&to) {
        Ok(site) => println!("read {} in {:?}", site.jurisdictions.len(), at.elapsed()),
        Err(error) => println!("{error}"),
    }
}
