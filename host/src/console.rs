//! The console's pages: from a folder in a checkout, or as they were embedded when the program
//! was built. They have no ability that the public API lacks.

use std::path::PathBuf;

/// The embedded pages, by their path under `www/dist`.
static EMBEDDED: &[(&str, &[u8])] = &include!(concat!(env!("OUT_DIR"), "/console.rs"));

/// What `/` shows when there are no pages.
pub(crate) const HOW_TO_GET_IT: &str = "<!doctype html><html lang=en><meta charset=utf-8>\
    <title>Verbatim</title><h1>Verbatim is running, without its console</h1>\
    <p>The API and the command line work. The console's pages are built by npm:\
    <pre>cd www &amp;&amp; npm ci &amp;&amp; npm run build</pre>\
    <p>Then start the host again. <code>cargo run -- dev</code> does this by itself where Node 20 \
    or newer is installed.";

/// Where the pages come from.
#[derive(Debug, Clone)]
pub enum Console {
    /// From a folder, read at each request, so that a new build is there at once.
    Folder(PathBuf),
    /// From the program itself; there may be none.
    Embedded,
}

/// A file of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) kind: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl Console {
    /// The file of a URL's path, if there is one.
    pub(crate) async fn page(&self, path: &str) -> Option<Page> {
        let name = name_of(path)?;
        let bytes = match self {
            Self::Folder(folder) => tokio::fs::read(folder.join(&name)).await.ok()?,
            Self::Embedded => {
                EMBEDDED.iter().find(|(found, _)| *found == name).map(|(_, it)| it.to_vec())?
            }
        };
        Some(Page { kind: kind_of(&name), bytes })
    }
}

/// A path as a name under the pages' folder: plain names only, nothing that leads elsewhere.
fn name_of(path: &str) -> Option<String> {
    let name = path.strip_prefix('/')?;
    if name.is_empty() {
        return Some("index.html".to_owned());
    }
    let plain = |part: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(allowed)
    };
    name.split('/').all(plain).then(|| name.to_owned())
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        assert_eq!(name_of("/").as_deref(), Some("index.html"));
        assert_eq!(name_of("/assets/app-1.js").as_deref(), Some("assets/app-1.js"));
        for bad in [
            "/../secret",
            "/a/../../b",
            "/.env",
            "//etc/passwd",
            "/a//b",
            "/%2e%2e/x",
            "/a\\b",
            "",
            "/a/",
        ] {
            assert_eq!(name_of(bad), None, "{bad}");
        }
    }

    #[tokio::test]
    async fn a_folder_gives_its_files_with_their_type() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("index.html"), "hi").expect("a file");
        let console = Console::Folder(folder.path().to_owned());
        let page = console.page("/").await.expect("the page");
        assert_eq!((page.kind, &page.bytes[..]), ("text/html; charset=utf-8", &b"hi"[..]));
        assert_eq!(console.page("/nothing.js").await, None);
    }
}
