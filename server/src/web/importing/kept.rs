//! Imports that are under way or have ended, by the address of the page that tells of them: `/import?done=…`.
//!
//! The answer to the form leads there, so that a browser can load it anew, and come back to it, without sending the file
//! again. They are kept for a few minutes, in this process; where several web servers share a Redis, the one that reads
//! the file also writes there how far it is, and any other that is asked follows it. What is gone is told as gone: what
//! the import kept is in the visitor's lists.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::{
    IMPORT_PAGE, ImportRun,
    domain::hex,
    port::{Visitor, VisitorId},
    views::ImportFailure,
};
use axum::{
    extract::{Query, Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use redis::cmd;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::{End, Import, Progress};
use crate::{
    link::{Link, LinkError},
    web::{error::ApiError, site::SharedSite, upload, visitor},
};

/// How long an import is known.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// How many are known in this process; a summary is under 100 kB, and the oldest goes first.
const MOST: usize = 256;
/// An import that nobody has written of for so long has died with its server.
const SILENCE: Duration = Duration::from_secs(10);
/// How often is written that one is under way, if nothing else happens.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How often it is written and looked at, at most.
const PAUSE: Duration = Duration::from_millis(200);
/// The name of an import in its page's address.
const NAME: &str = "done";

/// The imports of the last minutes.
pub struct Imports {
    /// The oldest first. A std mutex: it guards a few operations on a list, and is never held across an await.
    here: Mutex<VecDeque<Known>>,
    /// Where other web servers look for them.
    link: Option<Link>,
}

struct Known {
    key: String,
    visitor: VisitorId,
    import: Import,
    since: Instant,
}

/// How far an import has come, as Redis has it.
#[derive(Serialize, Deserialize)]
enum Told {
    At(u8),
    Ended(End),
}

impl Imports {
    /// None yet; with a link, other web servers see them too.
    pub fn new(link: Option<Link>) -> Self {
        Self { here: Mutex::default(), link }
    }

    /// Keeps an import for its visitor; the key that it is found by.
    async fn keep(&self, visitor: VisitorId, import: Import) -> String {
        let key = hex(&rand::random::<[u8; 16]>());
        {
            let mut here = self.here();
            here.push_back(Known { key: key.clone(), visitor, import: import.clone(), since: Instant::now() });
            let too_many = here.len().saturating_sub(MOST);
            here.drain(..too_many);
            while here.front().is_some_and(|oldest| oldest.since.elapsed() > KEPT) {
                here.pop_front();
            }
        }
        if let Some(link) = &self.link {
            let mut told = Telling { link: link.clone(), key: name(link, visitor, &key), import };
            // Before the browser knows the address: it may ask another server.
            list(link, visitor, &key).await;
            if !told.once().await {
                tokio::spawn(async move { while !told.next().await {} });
            }
        }
        key
    }

    /// Forgets the visitor's: titles of their file stand there.
    pub async fn forget(&self, visitor: VisitorId) -> Result<(), LinkError> {
        self.here().retain(|known| known.visitor != visitor);
        let Some(link) = &self.link else { return Ok(()) };
        let mut read = cmd("HGETALL");
        read.arg(list_name(link, visitor));
        let keys: Vec<(String, String)> = link.command(&read).await?;
        let mut all = cmd("DEL");
        all.arg(list_name(link, visitor));
        for (key, _) in keys {
            all.arg(name(link, visitor, &key));
        }
        link.command(&all).await
    }

    /// The visitor's import of this key, unless it is gone.
    async fn find(&self, visitor: VisitorId, key: &str) -> Option<Import> {
        let is_it = |known: &&Known| known.visitor == visitor && known.key == key && known.since.elapsed() <= KEPT;
        let here = self.here().iter().find(is_it).map(|known| known.import.clone());
        if here.is_some() {
            return here;
        }
        // Anybody can write an address; this goes into the name of a key.
        let link = self.link.as_ref().filter(|_| visitor::is_token(key))?;
        let key = name(link, visitor, key);
        match look(link, &key).await {
            Ok(Some(Told::Ended(end))) => Some(Import::over(end)),
            Ok(Some(Told::At(percent))) => Some(follow(link.clone(), key, percent)),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%error, "an import could not be looked up");
                None
            }
        }
    }

    fn here(&self) -> MutexGuard<'_, VecDeque<Known>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The visitor is a part of the name: nobody else finds it.
fn name(link: &Link, visitor: VisitorId, key: &str) -> String {
    link.redis().key(format_args!("i:{}:{key}", hex(&visitor.0)))
}

/// Under this name is kept which imports a visitor has, so that they can be forgotten.
fn list_name(link: &Link, visitor: VisitorId) -> String {
    link.redis().key(format_args!("i:{}", hex(&visitor.0)))
}

async fn list(link: &Link, visitor: VisitorId, key: &str) {
    let mut write = redis::pipe();
    let list = list_name(link, visitor);
    write.cmd("HSET").arg(&list).arg(key).arg(1).ignore();
    write.cmd("EXPIRE").arg(&list).arg(KEPT.as_secs()).ignore();
    if let Err(error) = link.pipeline::<()>(&write).await {
        tracing::warn!(%error, "an import could not be listed");
    }
}

async fn look(link: &Link, key: &str) -> Result<Option<Told>, LinkError> {
    let mut read = cmd("GET");
    read.arg(key);
    let json: Option<String> = link.command(&read).await?;
    // What another version wrote is nothing that could be shown.
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Writes to Redis how an import goes, until it has ended.
struct Telling {
    link: Link,
    key: String,
    import: Import,
}

impl Telling {
    /// Waits for news, and writes them; whether the import has ended.
    async fn next(&mut self) -> bool {
        sleep(PAUSE).await;
        let news = timeout(HEARTBEAT, self.import.progress.changed()).await;
        if matches!(news, Ok(Err(_))) {
            // Nobody tells any more: it panicked, or the server is going down.
            self.import = Import::over(self.import.clone().end().await);
        }
        self.once().await
    }

    /// Writes how far it is; whether it has ended.
    async fn once(&mut self) -> bool {
        let (told, stays) = match &*self.import.progress.borrow_and_update() {
            Progress::At(percent) => (Told::At(*percent), SILENCE),
            Progress::Ended(end) => (Told::Ended(End::clone(end)), KEPT),
        };
        let Ok(json) = serde_json::to_string(&told) else { return true };
        let mut write = cmd("SET");
        write.arg(&self.key).arg(json).arg("EX").arg(stays.as_secs());
        if let Err(error) = self.link.command::<()>(&write).await {
            tracing::warn!(%error, "other web servers are not told how an import goes");
        }
        matches!(told, Told::Ended(_))
    }
}

/// An import that another web server is at.
fn follow(link: Link, key: String, percent: u8) -> Import {
    let (tell, progress) = watch::channel(Progress::At(percent));
    tokio::spawn(async move {
        while !tell.is_closed() {
            sleep(PAUSE).await;
            let end = match look(&link, &key).await {
                Ok(Some(Told::At(percent))) => {
                    tell.send_replace(Progress::At(percent));
                    continue;
                }
                Ok(Some(Told::Ended(end))) => end,
                Ok(None) | Err(_) => Err(out_of_sight()),
            };
            tell.send_replace(Progress::Ended(Arc::new(end)));
            break;
        }
    });
    Import { progress }
}

fn out_of_sight() -> ImportFailure {
    let why = "The server that reads the file does not answer. Look at your films: if what you brought is not there, bring the file again.";
    ImportFailure { status: 500, why: why.to_owned() }
}

/// `POST /import`: the answer leads to the page that tells how it goes.
pub async fn import(State(site): State<SharedSite>, request: Request) -> Response {
    let Some(visitor) = request.extensions().get::<Visitor>().copied() else {
        return ApiError::internal(&"a file came without a visitor").into_response();
    };
    let import = match upload::file_of_form(request).await {
        Ok((file, turn)) => Import::begin(SharedSite::clone(&site), visitor.id, file, turn),
        Err(why) => Import::over(Err(why.into())),
    };
    let key = site.imports.keep(visitor.id, import).await;
    Redirect::to(&format!("{IMPORT_PAGE}?{NAME}={key}")).into_response()
}

/// Hands the import that the page's address names over to the page.
pub async fn find(State(site): State<SharedSite>, mut request: Request, next: Next) -> Response {
    if let Some(key) = key_in_address(&request) {
        let visitor = request.extensions().get::<Visitor>().copied();
        let import = match visitor {
            Some(visitor) => site.imports.find(visitor.id, &key).await,
            None => None,
        };
        request.extensions_mut().insert(ImportRun(import.map(|import| Arc::new(import) as _)));
    }
    next.run(request).await
}

fn key_in_address(request: &Request) -> Option<String> {
    let uri = request.uri();
    if uri.path() != IMPORT_PAGE || !request.method().is_safe() {
        return None;
    }
    let Query(parts) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    parts.into_iter().find(|(name, _)| name == NAME).map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
    use app::views::ImportSummary;

    use super::{super::broken, *};

    const ME: VisitorId = VisitorId([1; 16]);
    const OTHER: VisitorId = VisitorId([2; 16]);

    fn import() -> Import {
        Import::over(Ok(ImportSummary::default()))
    }

    #[tokio::test(start_paused = true)]
    async fn an_import_is_known_to_its_visitor_for_ten_minutes() {
        let imports = Imports::new(None);
        let key = imports.keep(ME, import()).await;
        let other = imports.keep(ME, Import::over(Err(broken()))).await;
        assert!(imports.find(OTHER, &key).await.is_none());
        assert_eq!(imports.find(ME, &key).await.expect("an import").end().await, Ok(ImportSummary::default()));
        assert_eq!(imports.find(ME, &other).await.expect("an import").end().await, Err(broken()));
        sleep(KEPT + Duration::from_secs(1)).await;
        assert!(imports.find(ME, &key).await.is_none());
        imports.keep(ME, import()).await;
        assert_eq!(imports.here().len(), 1, "what is too old takes no room");
    }

    #[tokio::test]
    async fn who_is_forgotten_has_brought_nothing() {
        let imports = Imports::new(None);
        let (mine, others) = (imports.keep(ME, import()).await, imports.keep(OTHER, import()).await);
        imports.forget(ME).await.expect("forgotten");
        assert!(imports.find(ME, &mine).await.is_none() && imports.find(OTHER, &others).await.is_some());
    }

    #[tokio::test]
    async fn however_many_there_are_a_few_are_kept_and_the_oldest_go() {
        let imports = Imports::new(None);
        let first = imports.keep(ME, import()).await;
        let second = imports.keep(ME, import()).await;
        for _ in 0..MOST - 1 {
            imports.keep(OTHER, import()).await;
        }
        assert_eq!(imports.here().len(), MOST);
        assert!(imports.find(ME, &first).await.is_none() && imports.find(ME, &second).await.is_some());
    }
}
