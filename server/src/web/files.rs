//! Files: what cargo-leptos built (hashed names, kept for good, brotli beside them), and posters, drawn on demand.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use app::domain::MovieId;
use axum::{
    Router,
    extract::{Path as Segment, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tower_http::{
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
};

use super::{error::ApiError, site::SharedSite};

/// For addresses that change with their content (RFC 8246).
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// For the few files that keep their address.
const FOR_AN_HOUR: &str = "public, max-age=3600";

/// The files that keep their address: `public/`.
const KEPT: [&str; 10] = [
    "favicon.svg",
    "icon-192.png",
    "icon-512.png",
    "icon-maskable.png",
    "apple-touch-icon.png",
    "card.png",
    "manifest.webmanifest",
    "offline.html",
    "robots.txt",
    "sw.js",
];

/// Where the site's built files are, and what the page's scripts and styles are called this time.
#[derive(Clone, Debug)]
pub struct SiteFiles {
    root: PathBuf,
    /// The address of the style sheet.
    pub css: String,
    /// The address of the script that loads the WASM.
    pub js: String,
    /// The address of the WASM.
    pub wasm: String,
}

/// Why the site's files cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum SiteFilesError {
    /// There is no such folder.
    #[error("the site's files are in none of {0}; build them with `make build`, or name their folder with --site-dir")]
    Missing(String),
    /// A file that every build has is not there.
    #[error("{folder} has no {kind} file of the site; build it anew with `make build`", folder = folder.display())]
    Incomplete {
        /// Where it should be.
        folder: PathBuf,
        /// Its ending.
        kind: &'static str,
    },
    /// The folder could not be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl SiteFiles {
    /// Finds the files: in `named` if given, else in `site` beside the binary, or beside the folder that it is in (where
    /// cargo-leptos puts it).
    pub fn find(named: Option<&Path>) -> Result<Self, SiteFilesError> {
        let candidates = match named {
            Some(folder) => vec![folder.to_owned()],
            None => beside_the_binary(),
        };
        let Some(root) = candidates.iter().find(|folder| folder.join("pkg").is_dir()) else {
            let tried: Vec<String> = candidates.iter().map(|folder| folder.display().to_string()).collect();
            return Err(SiteFilesError::Missing(tried.join(", ")));
        };
        let pkg = root.join("pkg");
        Ok(Self { css: newest(&pkg, "css")?, js: newest(&pkg, "js")?, wasm: newest(&pkg, "wasm")?, root: root.clone() })
    }

    /// The addresses of the files.
    pub fn router(&self) -> Router<SharedSite> {
        let kept =
            |value| SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static(value));
        let pkg = tower::ServiceBuilder::new()
            .layer(kept(FOR_GOOD))
            .service(ServeDir::new(self.root.join("pkg")).precompressed_br().precompressed_gzip());
        let file = |name: &str| {
            tower::ServiceBuilder::new().layer(kept(FOR_AN_HOUR)).service(ServeFile::new(self.root.join(name)))
        };
        let router = Router::new().nest_service("/pkg", pkg);
        KEPT.into_iter().fold(router, |router, name| router.route_service(&format!("/{name}"), file(name)))
    }
}

fn beside_the_binary() -> Vec<PathBuf> {
    let Ok(binary) = std::env::current_exe() else { return Vec::new() };
    binary.ancestors().skip(1).take(2).map(|folder| folder.join("site")).collect()
}

/// The address of the newest file with this ending: old builds may lie beside it under other hashes.
fn newest(pkg: &Path, kind: &'static str) -> Result<String, SiteFilesError> {
    let read = |source| SiteFilesError::Read { path: pkg.to_owned(), source };
    let mut newest = None;
    for entry in std::fs::read_dir(pkg).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_entry = name.starts_with("marquee") && name.rsplit('.').next() == Some(kind);
        if !is_entry {
            continue;
        }
        let changed = entry.metadata().and_then(|data| data.modified()).map_err(read)?;
        let age = changed.elapsed().unwrap_or(Duration::ZERO);
        if newest.as_ref().is_none_or(|&(least, _)| age < least) {
            newest = Some((age, name));
        }
    }
    let (_, name) = newest.ok_or(SiteFilesError::Incomplete { folder: pkg.to_owned(), kind })?;
    Ok(format!("/pkg/{name}"))
}

/// `GET /poster/{id}.svg`: a film's poster. Its address may carry the catalogue's edition, so it is kept for good.
pub async fn poster(State(site): State<SharedSite>, Segment(file): Segment<String>) -> Result<Response, ApiError> {
    let unknown = || ApiError::new(StatusCode::NOT_FOUND, "No film has this poster.");
    let number = file.strip_suffix(".svg").and_then(|number| number.parse::<MovieId>().ok());
    let movie = number.ok_or_else(unknown)?;
    let films = site.films.as_ref()?;
    let film = films.catalogue.summaries(vec![movie]).await?.pop().ok_or_else(unknown)?;
    let svg = app::poster::poster(&film.title, film.year, &film.genres);
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, FOR_GOOD),
        // Opened by itself, a poster is a document: it may load and run nothing.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    ];
    Ok((headers, svg).into_response())
}
