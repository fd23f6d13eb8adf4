use std::sync::Arc;

use reqwest::{
    Client, RequestBuilder,
    cookie::{CookieStore, Jar},
    redirect::Policy,
};
use serde_json::Value;

use crate::{
    redis::{Redis, web_server},
    support::{Server, ids},
};

/// A browser: it keeps cookies, and follows no redirect, so that a test sees it.
struct Browser<'a> {
    http: Client,
    cookies: Arc<Jar>,
    server: &'a Server,
}

impl<'a> Browser<'a> {
    fn new(server: &'a Server) -> Self {
        let cookies = Arc::new(Jar::default());
        let http = Client::builder().cookie_provider(Arc::clone(&cookies)).redirect(Policy::none());
        Self { http: http.build().expect("a client"), cookies, server }
    }

    async fn page(&self, path: &str) -> String {
        self.http.get(self.server.at(path)).send().await.expect("an answer").text().await.expect("a page")
    }

    /// Sends the page's form; where it leads.
    async fn wishes(&self, form: &str) -> String {
        let request =
            self.http.post(self.server.at("/you")).header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(form.to_owned()).send().await.expect("an answer");
        assert_eq!(answer.status(), 303, "{form}");
        answer.headers()["location"].to_str().expect("text").to_owned()
    }

    /// The same, by somebody who has its cookies: what the answer sets does not reach the browser.
    async fn without_an_answer(&self, form: &str) -> String {
        let address = self.server.at("/you");
        let cookies = self.cookies.cookies(&address.parse().expect("an address")).expect("cookies");
        let apart = Client::builder().redirect(Policy::none()).build().expect("a client");
        let request = apart.post(address).header("cookie", cookies);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
        let answer = request.send().await.expect("an answer");
        answer.headers()["location"].to_str().expect("text").to_owned()
    }

    async fn rates(&self, film: u64) {
        let address = self.server.at(&format!("/api/ratings/{film}"));
        let answer = self.http.put(address).json(&serde_json::json!({ "stars": 4 })).send().await.expect("an answer");
        assert_eq!(answer.status(), 204);
    }

    async fn rated(&self) -> Vec<u64> {
        let answer = self.http.get(self.server.at("/api/ratings")).send().await.expect("an answer");
        ids(&answer.json::<Value>().await.expect("JSON")["ratings"])
    }

    async fn code(&self) -> String {
        let page = self.page("/you").await;
        let code = page.split("class=\"code\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a code");
        assert!(page.contains(&format!("/you?code={code}")), "the link carries it too");
        code.to_owned()
    }
}

#[tokio::test]
async fn each_profile_of_a_browser_has_its_own_ratings_name_and_rows() {
    let server = Server::start(&[]).await;
    let films = server.some_films(2).await;
    let browser = Browser::new(&server);
    browser.page("/").await;
    browser.rates(films[0]).await;
    assert_eq!(browser.wishes("do=rename&name=Anna").await, "/you");
    let arranged =
        browser.http.post(server.at("/fn/arrange")).header("content-type", "application/x-www-form-urlencoded");
    arranged.body("row=popular&to=hide").send().await.expect("an answer");
    assert!(browser.page("/rows").await.contains("(hidden)"));

    assert_eq!(browser.wishes("do=add&name=Bj%C3%B6rn+%3Cb%3E").await, "/");
    assert_eq!(browser.rated().await, Vec::<u64>::new());
    assert!(!browser.page("/rows").await.contains("(hidden)"), "another's rows");
    browser.rates(films[1]).await;
    let page = browser.page("/you").await;
    assert!(
        page.contains("Profile: <bdi>Björn &lt;b&gt;</bdi>") && page.contains("Anna") && !page.contains("<b>"),
        "{page}"
    );

    assert_eq!(browser.wishes("do=switch&at=0").await, "/");
    assert_eq!(browser.rated().await, [films[0]]);
    assert!(browser.page("/rows").await.contains("(hidden)"));
    assert_eq!(browser.wishes("do=switch&at=1").await, "/");
    assert_eq!(browser.rated().await, [films[1]]);
}

#[tokio::test]
async fn a_profile_is_carried_over_by_its_code_until_there_is_a_new_one() {
    let redis = Redis::start();
    let (alone, shared) = (Server::start(&[]).await, web_server(&redis, &[]).await);
    // The other has no worker to ask; it has the same films.
    let films = alone.some_films(2).await;
    for server in [&alone, &shared] {
        let (desk, phone, thief) = (Browser::new(server), Browser::new(server), Browser::new(server));
        desk.page("/").await;
        desk.rates(films[0]).await;
        let code = desk.code().await;
        let offered = phone.page(&format!("/you?code={code}")).await;
        assert!(offered.contains("Use this profile here?"), "{offered}");
        assert_eq!(phone.rated().await, Vec::<u64>::new(), "following a link changes nothing");
        assert_eq!(phone.wishes(&format!("do=carry&code={}", code.to_uppercase())).await, "/you");
        assert_eq!(phone.rated().await, [films[0]]);
        phone.rates(films[1]).await;
        assert_eq!(desk.rated().await.len(), 2);

        assert_eq!(desk.wishes("do=renew").await, "/you?problem=confirm", "nothing happens by one press");
        assert_eq!(desk.code().await, code);
        assert_eq!(desk.wishes("do=renew&confirm=yes").await, "/you?done=renew");
        assert_ne!(desk.code().await, code);
        assert_eq!(desk.rated().await.len(), 2);
        assert_eq!(phone.rated().await, Vec::<u64>::new(), "the old code is nobody's");
        assert_eq!(thief.wishes(&format!("do=carry&code={code}")).await, "/you?problem=code");
    }
}

#[tokio::test]
async fn a_browser_whose_code_was_renewed_elsewhere_is_told_so_and_keeps_nothing_in_silence() {
    let redis = Redis::start();
    let (alone, shared) = (Server::start(&[]).await, web_server(&redis, &[]).await);
    let films = alone.some_films(2).await;
    for server in [&alone, &shared] {
        let (desk, phone) = (Browser::new(server), Browser::new(server));
        desk.page("/").await;
        desk.rates(films[0]).await;
        let code = desk.code().await;
        phone.wishes(&format!("do=carry&code={code}&name=Anna")).await;
        assert_eq!(desk.wishes("do=renew&confirm=yes").await, "/you?done=renew");

        let film = films[1];
        for (path, form) in [
            ("/fn/rate", format!("movie={film}&stars=4")),
            ("/fn/rate", format!("movie={film}&stars=0")),
            ("/fn/mark", format!("movie={film}&mark=watchlist&on=true")),
            ("/fn/mark", format!("movie={film}&mark=watchlist&on=false")),
        ] {
            let request = phone.http.post(server.at(path)).header("content-type", "application/x-www-form-urlencoded");
            let answer = request.body(form.clone()).send().await.expect("an answer");
            assert_eq!(answer.status(), 409, "{path} {form}");
            let answer = answer.text().await.expect("text");
            assert!(answer.contains("new code"), "{path} {form}: {answer}");
        }
        for request in [
            phone.http.put(server.at(&format!("/api/ratings/{film}"))).json(&serde_json::json!({ "stars": 4 })),
            phone.http.put(server.at(&format!("/api/watchlist/{film}"))),
            phone.http.post(server.at("/api/import")).body("Name,Rating,Letterboxd URI\nHeat,4,u\n"),
            phone.http.delete(server.at("/api/visitor")),
        ] {
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 409, "{}", answer.url());
        }
        for form in ["do=renew&confirm=yes", "do=forget&confirm=yes", "do=drop-others"] {
            assert_eq!(phone.wishes(form).await, "/you?problem=renewed", "{form}");
        }
        assert_eq!(phone.rated().await, Vec::<u64>::new());
        assert_eq!(desk.rated().await, [films[0]]);

        // As it goes for any page; this one keeps no cookie.
        let tab = Client::builder().redirect(Policy::none()).build().expect("a client");
        for path in ["/", "/you", "/import", "/movie/1"] {
            let request = || tab.get(server.at(path)).header("cookie", cookie_of(&code));
            assert_eq!(leads_to(request).await.as_deref(), Some("/you?problem=renewed"), "{path}");
        }
        let told = tab.get(server.at("/you?problem=renewed")).header("cookie", cookie_of(&code)).send().await;
        assert_eq!(told.expect("an answer").status(), 200, "whoever keeps no cookie is not sent around for ever");
        let to = leads_to(|| phone.http.get(server.at("/"))).await;
        assert_eq!(to.as_deref(), Some("/you?problem=renewed"));
        let page = phone.page("/you?problem=renewed").await;
        assert!(page.contains("a new code, made in another browser") && page.contains("Anna"), "{page}");
        phone.rates(film).await;
        assert_eq!((phone.rated().await, desk.rated().await), (vec![film], vec![films[0]]));
        assert!(phone.page("/").await.contains("<h1"), "it is a profile like any other now");
    }
}

#[tokio::test]
async fn a_browser_whose_profile_was_deleted_elsewhere_is_told_so_and_begins_another() {
    let redis = Redis::start();
    let (alone, shared) = (Server::start(&[]).await, web_server(&redis, &[]).await);
    let film = alone.some_films(1).await[0];
    for server in [&alone, &shared] {
        let (desk, phone) = (Browser::new(server), Browser::new(server));
        desk.page("/").await;
        desk.rates(film).await;
        let code = desk.code().await;
        phone.page("/").await;
        phone.rates(film).await;
        phone.wishes(&format!("do=carry&code={code}&name=Anna")).await;
        assert_eq!(desk.wishes("do=forget&confirm=yes").await, "/you?done=forget");
        let tab = Client::new();
        let put = tab.put(server.at(&format!("/api/ratings/{film}"))).json(&serde_json::json!({ "stars": 4 }));
        let refused = put.header("cookie", cookie_of(&code)).send().await.expect("an answer");
        assert_eq!(refused.status(), 409);
        let words = refused.text().await.expect("text");
        assert!(words.contains("deleted"), "{words}");
        assert_eq!(phone.rated().await, Vec::<u64>::new(), "nothing was begun again");
        let to = leads_to(|| phone.http.get(server.at("/"))).await;
        assert_eq!(to.as_deref(), Some("/you?problem=deleted"));
        let page = phone.page("/you?problem=deleted").await;
        assert!(page.contains("was deleted in another browser") && !page.contains("Anna"), "{page}");
        assert_eq!(phone.rated().await, [film], "the other profile of this browser is the active one");
        desk.page("/").await;
        desk.rates(film).await;
        assert_eq!(desk.rated().await, [film], "whoever was forgotten can begin anew");
    }
}

#[tokio::test]
async fn a_new_code_whose_answer_was_lost_is_known_to_the_browser_that_made_it() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let browser = Browser::new(&server);
    browser.page("/").await;
    browser.rates(film).await;
    for sends_again in [false, true] {
        let code = browser.code().await;
        assert_eq!(browser.without_an_answer("do=renew&confirm=yes").await, "/you?done=renew");
        if sends_again {
            assert_eq!(browser.wishes("do=renew&confirm=yes").await, "/you?done=renew");
        } else {
            assert_eq!(leads_to(|| browser.http.get(server.at("/"))).await.as_deref(), Some("/you?done=renew"));
        }
        assert_eq!(browser.rated().await, [film]);
        assert_ne!(browser.code().await, code);
    }
}

#[tokio::test]
async fn whoever_follows_the_new_link_in_a_browser_with_the_old_code_is_asked_about_it() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let (desk, phone) = (Browser::new(&server), Browser::new(&server));
    desk.page("/").await;
    desk.rates(film).await;
    phone.wishes(&format!("do=carry&code={}", desk.code().await)).await;
    desk.wishes("do=renew&confirm=yes").await;
    let code = desk.code().await;
    // What a browser looks for by itself is seen by nobody.
    for (path, header) in [("/favicon.ico", None), ("/nowhere", Some("image"))] {
        let mut request = phone.http.get(server.at(path));
        if let Some(destination) = header {
            request = request.header("sec-fetch-dest", destination);
        }
        assert_eq!(request.send().await.expect("an answer").status(), 404, "{path}");
    }
    let to = leads_to(|| phone.http.get(server.at(&format!("/you?code={code}")))).await.expect("a page");
    assert_eq!(to, format!("/you?problem=renewed&code={code}"));
    let page = phone.page(&to).await;
    assert!(page.contains("has a new code") && page.contains("Use this profile here?"), "{page}");
    assert_eq!(phone.wishes(&format!("do=carry&code={code}")).await, "/you");
    assert_eq!(phone.rated().await, [film]);
}

#[tokio::test]
async fn an_empty_profile_gives_its_place_to_the_one_that_is_carried_over() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let (desk, phone) = (Browser::new(&server), Browser::new(&server));
    desk.page("/").await;
    desk.rates(film).await;
    phone.page("/").await;
    let others = async || phone.page("/you").await.matches("Switch to").count();
    assert_eq!(phone.wishes(&format!("do=carry&code={}&name=Anna", desk.code().await)).await, "/you");
    assert_eq!((others().await, phone.rated().await), (0, vec![film]));
    // What stands for a profile that has a new code is one, too.
    assert_eq!(desk.wishes("do=renew&confirm=yes").await, "/you?done=renew");
    assert_eq!(leads_to(|| phone.http.get(server.at("/"))).await.as_deref(), Some("/you?problem=renewed"));
    assert_eq!(phone.wishes(&format!("do=carry&code={}", desk.code().await)).await, "/you");
    assert_eq!((others().await, phone.rated().await), (0, vec![film]));
    assert!(phone.page("/you").await.contains("Anna"), "under the name that it had here");
    // One that somebody added by name stays, and so does one in which something was said.
    assert_eq!(phone.wishes("do=add&name=Ben").await, "/");
    assert_eq!(desk.wishes("do=add&name=Carla").await, "/");
    desk.rates(film).await;
    assert_eq!(phone.wishes(&format!("do=carry&code={}&name=Carla", desk.code().await)).await, "/you");
    assert_eq!(others().await, 2);
}

/// Where a page sends the browser. It has a moment for Redis, and comes without it when a busy machine is slower.
async fn leads_to(request: impl Fn() -> RequestBuilder) -> Option<String> {
    for _ in 0..20 {
        let answer = request().send().await.expect("an answer");
        if let Some(to) = answer.headers().get("location") {
            assert_eq!(answer.status(), 303);
            return to.to_str().ok().map(str::to_owned);
        }
    }
    None
}

/// The cookie of whoever has this code.
fn cookie_of(code: &str) -> String {
    format!("marquee_visitor={}", code.replace('-', ""))
}

#[tokio::test]
async fn who_leaves_can_come_back_and_who_is_forgotten_cannot() {
    let server = Server::start(&[]).await;
    let films = server.some_films(1).await;
    let browser = Browser::new(&server);
    browser.page("/").await;
    browser.rates(films[0]).await;
    let code = browser.code().await;
    assert_eq!(browser.wishes("do=leave").await, "/you?problem=confirm");
    assert_eq!(browser.rated().await, films);
    assert_eq!(browser.wishes("do=leave&confirm=yes").await, "/you?done=leave");
    assert_eq!(browser.rated().await, Vec::<u64>::new());
    assert_eq!(browser.wishes(&format!("do=carry&code={code}")).await, "/you");
    assert_eq!(browser.rated().await, films);
    assert_eq!(browser.wishes("do=forget&confirm=yes").await, "/you?done=forget");
    assert_eq!(browser.wishes(&format!("do=carry&code={code}")).await, "/you?problem=code");
}

#[tokio::test]
async fn a_wish_that_makes_no_sense_changes_nothing_and_is_answered_on_the_page() {
    let server = Server::start(&[]).await;
    let browser = Browser::new(&server);
    browser.page("/").await;
    for (form, problem) in [
        ("", "form"),
        ("do=dance", "form"),
        ("do=switch&at=7", "form"),
        ("do=switch&at=-1", "form"),
        ("do=add&name=+%0a", "name"),
        ("do=rename&name=", "name"),
        ("do=carry&code=x", "code"),
        ("do=carry&code=00000000000000000000000000000000", "code"),
    ] {
        assert_eq!(browser.wishes(form).await, format!("/you?problem={problem}"), "{form}");
        let page = browser.page(&format!("/you?problem={problem}")).await;
        assert!(page.contains("role=\"status\""), "{page}");
    }
    for at in 1..6 {
        assert_eq!(browser.wishes(&format!("do=add&name=N{at}")).await, "/");
    }
    assert_eq!(browser.wishes("do=add&name=N7").await, "/you?problem=full");
    let stranger = Browser::new(&server);
    assert_eq!(stranger.wishes("do=forget&confirm=yes").await, "/you?problem=form");
    let foreign = browser.http.post(server.at("/you")).header("origin", "https://elsewhere.example");
    let form = foreign.header("content-type", "application/x-www-form-urlencoded").body("do=forget&confirm=yes");
    assert_eq!(form.send().await.expect("an answer").status(), 403);
}

#[tokio::test]
async fn each_list_has_a_page_with_its_films_and_an_empty_one_says_how_to_fill_it() {
    let server = Server::start(&[]).await;
    let films = server.some_films(30).await;
    let browser = Browser::new(&server);
    assert!(browser.page("/films/watchlist").await.contains("every card has a bookmark"));
    for film in &films {
        let address = server.at(&format!("/api/watchlist/{film}"));
        assert_eq!(browser.http.put(address).send().await.expect("an answer").status(), 204);
    }
    let page = browser.page("/films/watchlist").await;
    assert!(page.contains("30 films, the last added first") && page.contains("Page 1 of 2"), "{page}");
    assert!(browser.page("/you").await.contains("30 films"));
    assert!(browser.page("/films/watchlist?page=2").await.contains("Page 2 of 2"));
    let nothing = browser.http.get(server.at("/films/loud")).send().await.expect("an answer");
    assert_eq!(nothing.status(), 404);
}
