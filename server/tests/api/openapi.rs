//! The document of the API is held against the running server: what it says is so, and there is nothing else.

use std::collections::BTreeSet;

use app::domain::Mark;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Map, Value, json};

use crate::support::Server;

/// Where the addresses of the API are written down.
const SOURCES: [&str; 3] = [
    include_str!("../../src/web/api/mod.rs"),
    include_str!("../../src/web/api/own.rs"),
    include_str!("../../src/web/api/exchange.rs"),
];

/// A table with a film that is not here, and a row that cannot be read.
const FILE: &str =
    "Date,Name,Year,Letterboxd URI,Rating\n2024-01-02,A Film That Nobody Made,1999,u,3\n2024-01-02,Odd,1999,u,eleven\n";

struct Document(Value);

struct Operation<'a> {
    method: Method,
    path: &'a str,
    said: &'a Value,
}

impl Operation<'_> {
    fn id(&self) -> &str {
        self.said["operationId"].as_str().expect("an operation's id")
    }
}

impl Document {
    async fn of(server: &Server) -> Self {
        Self(server.get_json("/api/openapi.json").await)
    }

    fn paths(&self) -> &Map<String, Value> {
        self.0["paths"].as_object().expect("paths")
    }

    fn operations(&self) -> Vec<Operation<'_>> {
        let mut all = Vec::new();
        for (path, methods) in self.paths() {
            for (method, said) in methods.as_object().expect("methods") {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
                all.push(Operation { method, path, said });
            }
        }
        all
    }

    fn operation(&self, id: &str) -> Operation<'_> {
        self.operations().into_iter().find(|operation| operation.id() == id).unwrap_or_else(|| panic!("no {id}"))
    }

    /// What stands there, or what it refers to.
    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(to) = value["$ref"].as_str() else { return value };
        let there = self.0.pointer(to.trim_start_matches('#')).unwrap_or_else(|| panic!("{to} is not there"));
        self.resolved(there)
    }

    /// Sends a request. The answer's status and body, after all of it was held against what the document says.
    async fn checked(&self, operation: &Operation<'_>, request: RequestBuilder) -> (u16, Value) {
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let what = format!("{} {}, {status}", operation.method, answer.url());
        let said = self.resolved(&operation.said["responses"][status.to_string()]);
        assert!(said.is_object(), "{what}: the document has no such status");
        for (name, header) in said["headers"].as_object().into_iter().flatten() {
            let header = self.resolved(header);
            let Some(sent) = answer.headers().get(name.as_str()) else {
                assert!(header["required"] != true, "{what}: no {name}");
                continue;
            };
            let text = sent.to_str().expect("text");
            let is_number = header["schema"]["type"] == "integer";
            let value = if is_number { json!(text.parse::<u64>().expect("a number")) } else { json!(text) };
            assert_eq!(self.fault(&header["schema"], &value, name), None, "{what}");
        }
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().expect("text").to_owned());
        let kind = kind.as_deref().and_then(|kind| kind.split(';').next()).unwrap_or_default();
        let text = answer.text().await.expect("a body");
        let Some(content) = said["content"].as_object() else {
            assert_eq!(text, "", "{what}");
            return (status, Value::Null);
        };
        let said = content.get(kind).unwrap_or_else(|| panic!("{what}: the document has no {kind:?}"));
        let body = if kind == "application/json" { serde_json::from_str(&text).expect("JSON") } else { json!(text) };
        assert_eq!(self.fault(&said["schema"], &body, "body"), None, "{what}");
        (status, body)
    }

    /// What is wrong with a value by a schema, in the words of JSON Schema that the document uses; any other is a panic. A
    /// property that the schema does not name is wrong too: a client may overlook it, the document may not.
    fn fault(&self, schema: &Value, value: &Value, at: &str) -> Option<String> {
        let schema = self.resolved(schema);
        let words = schema.as_object().expect("a schema");
        let broken = words.iter().find_map(|(word, rule)| self.broken(word, rule, value, at));
        broken.or_else(|| self.inside(schema, value, at))
    }

    fn broken(&self, word: &str, rule: &Value, value: &Value, at: &str) -> Option<String> {
        let size = match value {
            Value::String(text) => Some(text.chars().count() as f64),
            Value::Array(list) => Some(list.len() as f64),
            Value::Object(object) => Some(object.len() as f64),
            _ => None,
        };
        // A rule for numbers says nothing of what is none.
        let holds = |measure: Option<f64>, rule_holds: fn(f64, f64) -> bool| {
            measure.is_none_or(|measure| rule_holds(measure, rule.as_f64().expect("a number")))
        };
        let all = || rule.as_array().expect("a list").iter();
        let is_kept = match word {
            "type" if rule.is_string() => is_a(value, rule),
            "type" => all().any(|kind| is_a(value, kind)),
            "const" => value == rule,
            "enum" => all().any(|one| value == one),
            "minimum" => holds(value.as_f64(), |number, least| number >= least),
            "maximum" => holds(value.as_f64(), |number, most| number <= most),
            "multipleOf" => holds(value.as_f64(), |number, step| (number / step).fract() == 0.0),
            "minLength" | "minItems" => holds(size, |size, least| size >= least),
            "maxLength" | "maxItems" | "maxProperties" => holds(size, |size, most| size <= most),
            "required" => all().all(|name| value.get(name.as_str().expect("a name")).is_some()),
            "oneOf" => all().filter(|one| self.fault(one, value, at).is_none()).count() == 1,
            "items" => {
                let mut items = value.as_array()?.iter().enumerate();
                return items.find_map(|(place, item)| self.fault(rule, item, &format!("{at}[{place}]")));
            }
            "propertyNames" => return value.as_object()?.keys().find_map(|name| self.fault(rule, &json!(name), at)),
            // The first two are looked at together, the others not at all: they are for people, and for what makes code.
            "properties" | "additionalProperties" => true,
            "description" | "examples" | "default" | "discriminator" | "format" | "pattern" => true,
            other => panic!("{at}: a schema says {other:?}, which is not understood here"),
        };
        (!is_kept).then(|| format!("{at} is {value}, against {word} {rule}"))
    }

    /// The faults of an object's properties.
    fn inside(&self, schema: &Value, value: &Value, at: &str) -> Option<String> {
        let (named, others) = (&schema["properties"], &schema["additionalProperties"]);
        if named.is_null() && others.is_null() {
            return None;
        }
        value.as_object()?.iter().find_map(|(name, inner)| {
            let at = format!("{at}.{name}");
            match named.get(name) {
                Some(schema) => self.fault(schema, inner, &at),
                None if others.is_object() => self.fault(others, inner, &at),
                None => Some(format!("{at} is not in the document")),
            }
        })
    }
}

fn is_a(value: &Value, kind: &Value) -> bool {
    match kind.as_str().expect("a type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other:?} is no type"),
    }
}

/// What the addresses are asked about.
struct Samples {
    film: u64,
    liked: u64,
    prediction: String,
}

impl Samples {
    async fn of(server: &Server) -> Self {
        let films = server.some_films(2).await;
        let prediction = server.schedule(json!({ "liked": [films[0]] })).await;
        assert_eq!(server.finished(&prediction).await["status"], "SUCCESS");
        Self { film: films[1], liked: films[0], prediction }
    }

    /// The least that an operation takes.
    fn request(&self, server: &Server, who: &Client, operation: &Operation<'_>, query: &str) -> RequestBuilder {
        let is_prediction = operation.path.contains("get-result");
        let id = if is_prediction { self.prediction.clone() } else { self.film.to_string() };
        let path = operation.path.replace("{id}", &id);
        let request = who.request(operation.method.clone(), server.at(&format!("{path}{query}")));
        match operation.id() {
            _ if operation.said["requestBody"].is_null() => request,
            "importFile" => request.body(FILE),
            "rate" => request.json(&json!({ "stars": 4.5 })),
            _ => request.json(&json!({ "input-data": { "liked": [self.liked] } })),
        }
    }

    /// A visitor of whom no list is empty.
    async fn talkative(&self, server: &Server) -> Client {
        let who = Client::builder().cookie_store(true).build().expect("a client");
        let said = async |request: RequestBuilder| {
            let answer = request.send().await.expect("an answer");
            assert!(answer.status().is_success(), "{answer:?}");
        };
        said(who.put(server.at(&format!("/api/ratings/{}", self.liked))).json(&json!({ "stars": 4 }))).await;
        for mark in Mark::ALL {
            said(who.put(server.at(&format!("/api/{}/{}", mark.name(), self.film)))).await;
        }
        let unknown = "title,year\nOur Wedding,2020\n";
        said(who.post(server.at("/api/import?library=true&name=mine.csv")).body(unknown)).await;
        who
    }
}

#[tokio::test]
async fn every_address_of_the_document_is_there_and_answers_as_it_says() {
    let server = Server::start(&[]).await;
    let (document, samples) = (Document::of(&server).await, Samples::of(&server).await);
    assert_eq!(document.0["info"]["version"], env!("CARGO_PKG_VERSION"));
    for operation in document.operations() {
        let who = samples.talkative(&server).await;
        let (status, body) = document.checked(&operation, samples.request(&server, &who, &operation, "")).await;
        assert!((200..300).contains(&status), "{} {}: {status} {body}", operation.method, operation.path);
    }
}

#[tokio::test]
async fn an_address_of_the_api_that_the_document_does_not_have_does_not_exist() {
    let server = Server::start(&[]).await;
    let document = Document::of(&server).await;
    let mut written = BTreeSet::new();
    for source in SOURCES {
        for route in source.split(".route(").skip(1) {
            let path = route.split('"').nth(1).expect("a path");
            // One for each mark is written as a pattern.
            let marks = Mark::ALL.map(|mark| path.replacen("{}", mark.name(), 1).replace("{{", "{").replace("}}", "}"));
            written.extend(marks);
        }
    }
    // Where whatever has no address ends.
    for nowhere in ["/api", "/api/", "/api/{*rest}"] {
        assert!(written.remove(nowhere), "{nowhere}");
    }
    assert_eq!(written, document.paths().keys().cloned().collect::<BTreeSet<_>>());

    let error = json!({ "$ref": "#/components/schemas/Error" });
    for (path, methods) in document.paths() {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            if methods.get(method.as_str().to_lowercase()).is_some() {
                continue;
            }
            let request = server.http.request(method.clone(), server.at(&path.replace("{id}", "1")));
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 405, "{method} {path} is not in the document");
            assert!(answer.headers().contains_key("allow"), "{method} {path}");
            let body: Value = answer.json().await.expect("JSON");
            assert_eq!(document.fault(&error, &body, "body"), None, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_prediction_of_a_page_is_described_with_its_rows() {
    let server = Server::start(&[]).await;
    let (document, samples) = (Document::of(&server).await, Samples::of(&server).await);
    let who = samples.talkative(&server).await;
    let html = who.get(server.at("/")).send().await.expect("an answer").text().await.expect("a page");
    let id = html.split("data-prediction=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a prediction");
    let (samples, operation) =
        (Samples { prediction: id.to_owned(), ..samples }, document.operation("predictionResult"));
    for _ in 0..8 {
        let request = samples.request(&server, &who, &operation, "?wait=8000");
        let (_, state) = document.checked(&operation, request).await;
        if state["status"] == "SUCCESS" {
            let films = state["result"].as_array().expect("films");
            assert!(films.iter().any(|film| film["row"] == "for-you"), "{state}");
            assert!(films.iter().any(|film| film["row"]["because"]["id"] == samples.liked), "{state}");
            return;
        }
    }
    panic!("the prediction does not come");
}

#[tokio::test]
async fn numbers_are_taken_up_to_their_bounds_and_not_beyond() {
    let server = Server::start(&[]).await;
    let (document, samples) = (Document::of(&server).await, Samples::of(&server).await);
    let mut bounded = 0;
    for operation in document.operations() {
        for parameter in operation.said["parameters"].as_array().into_iter().flatten() {
            let parameter = document.resolved(parameter);
            // Not the number of a film or viewer, whose schema stands elsewhere: within its bounds it may be nobody's.
            let (name, schema) = (parameter["name"].as_str().expect("a name"), &parameter["schema"]);
            let (Some(least), Some(most)) = (schema["minimum"].as_f64(), schema["maximum"].as_f64()) else { continue };
            bounded += 1;
            // A longer wait is cut short.
            let beyond = if name == "wait" { 200 } else { 422 };
            for (value, expected) in [(least, 200), (most, 200), (least - 1.0, 422), (most + 1.0, beyond)] {
                let request = samples.request(&server, &server.http, &operation, &format!("?{name}={value}"));
                let (status, body) = document.checked(&operation, request).await;
                assert_eq!(status, expected, "{} {name}={value}: {body}", operation.path);
                assert!(status != 422 || body["field"] == name, "{} {name}={value}: {body}", operation.path);
            }
        }
    }
    assert!(bounded > 5, "only {bounded} parameters have bounds");
}

#[tokio::test]
async fn a_question_is_taken_if_and_only_if_the_document_allows_it() {
    let server = Server::start(&[]).await;
    let (document, film) = (Document::of(&server).await, server.some_films(1).await[0]);
    let operation = document.operation("schedulePrediction");
    let schema = &operation.said["requestBody"]["content"]["application/json"]["schema"];
    let (half, quarter) = (json!({ film.to_string(): 0.5 }), json!({ film.to_string(): 0.25 }));
    let good = json!([
        { "liked": [] }, { "liked": [film] }, { "ratings": half }, { "profile": 1 },
        { "liked": [], "n": 1 }, { "liked": [], "n": 200 }, { "liked": [], "genres": [] },
        { "liked": [], "years": [1990, 1999] }, { "liked": [], "exclude": [999_999_999] },
        { "liked": [], "include_rated": true }, { "liked": [], "candidates": [film] },
        { "liked": [], "obscurity": -1 }, { "liked": [], "variety": 1 },
    ]);
    let wrong = json!([
        {}, { "n": 5 }, { "liked": 5 }, { "ratings": quarter }, { "profile": -1 }, { "liked": [], "profile": 1 },
        { "liked": [], "likd": [] }, { "liked": [], "n": 0 }, { "liked": [], "n": 201 }, { "liked": [], "n": "5" },
        { "liked": [], "genres": "Drama" }, { "liked": [], "years": [1990] },
        { "liked": [], "years": [1990, 1999, 2000] }, { "liked": [], "exclude": ["Heat"] },
        { "liked": [], "include_rated": 1 }, { "liked": [], "candidates": [-1] },
        { "liked": [], "obscurity": -1.1 }, { "liked": [], "variety": -0.1 },
    ]);
    let list = |inputs: &Value| inputs.as_array().expect("a list").clone();
    let good = list(&good).into_iter().map(|input| (202, input));
    for (expected, input) in good.chain(list(&wrong).into_iter().map(|input| (422, input))) {
        let body = json!({ "input-data": input });
        let fault = document.fault(schema, &body, "body");
        assert_eq!(fault.is_none(), expected == 202, "{body}: {fault:?}");
        let request = server.http.post(server.at("/api/predict")).json(&body);
        let (status, answer) = document.checked(&operation, request).await;
        assert_eq!(status, expected, "{body}: {answer}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_as_the_document_says() {
    let server = Server::start(&[]).await;
    let (document, film) = (Document::of(&server).await, server.some_films(1).await[0]);
    for (id, path, body, expected) in [
        ("predict", "/api/predict?colour=red", "", 422),
        ("schedulePrediction", "/api/predict", "{", 400),
        ("schedulePrediction", "/api/predict", "[]", 422),
        ("predictionResult", "/api/get-result/x", "", 404),
        ("predictionResult", "/api/get-result/x?wait=long", "", 422),
        ("predictionResult", "/api/get-result/%FF", "", 404),
        ("movie", "/api/movies/999999999", "", 404),
        ("similarMovies", "/api/movies/FILM/similar?m=1", "", 422),
        ("predictStarsFor", "/api/movies/FILM/stars", "{", 400),
        ("predictStarsFor", "/api/movies/FILM/stars", r#"{"input-data": {"liked": [], "n": 3}}"#, 422),
        ("search", "/api/search?sort=worst", "", 422),
        ("rate", "/api/ratings/FILM", "", 400),
        ("rate", "/api/ratings/FILM", r#"{"stars": 7}"#, 422),
        ("addToWatchlist", "/api/watchlist/999999999", "", 404),
        ("unhide", "/api/hidden/%FF", "", 404),
        ("importFile", "/api/import", "", 422),
        ("importFile", "/api/import?colour=red", FILE, 422),
    ] {
        let operation = document.operation(id);
        let path = server.at(&path.replace("FILM", &film.to_string()));
        let request = server.http.request(operation.method.clone(), path).body(body);
        let (status, answer) = document.checked(&operation, request).await;
        assert_eq!(status, expected, "{id}: {answer}");
    }
}

#[tokio::test]
async fn another_site_is_refused_where_the_document_says_so_and_nowhere_else() {
    let server = Server::start(&[]).await;
    let (document, samples) = (Document::of(&server).await, Samples::of(&server).await);
    for operation in document.operations() {
        let request = samples.request(&server, &server.http, &operation, "").header("sec-fetch-site", "cross-site");
        // A proxy on this machine passes it on, so it is not the operator's.
        let (status, body) = document.checked(&operation, request.header("x-forwarded-for", "10.1.2.3")).await;
        let is_refused = !operation.said["responses"]["403"].is_null();
        assert_eq!(status == 403, is_refused, "{} {}: {body}", operation.method, operation.path);
    }
}

#[tokio::test]
async fn a_server_without_data_answers_as_the_document_says_too() {
    let server = Server::start_on(tempfile::tempdir().expect("a folder"), &[]).await;
    let document = Document::of(&server).await;
    let samples = Samples { film: 1, liked: 1, prediction: "0".repeat(40) };
    for operation in document.operations() {
        let request = samples.request(&server, &server.http, &operation, "");
        let (status, body) = document.checked(&operation, request).await;
        assert!(status < 300 || status == 503, "{} {}: {status} {body}", operation.method, operation.path);
    }
}
