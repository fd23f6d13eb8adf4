use std::fs;

use crate::support::{Server, copy_of_data, json_of, refused, run};

#[tokio::test]
async fn a_server_without_data_starts_and_says_how_to_import() {
    let server = Server::start_on(tempfile::tempdir().expect("a folder"), &[]).await;
    assert_eq!(server.get("/healthz").await.status(), 200);
    for path in ["/readyz", "/api/predict?liked=", "/api/movies/1"] {
        let (status, body) = json_of(server.get(path).await).await;
        assert_eq!(status, 503, "{path}");
        assert!(body["error"].as_str().is_some_and(|error| error.contains("marquee import")), "{path}: {body}");
    }
    let page = server.get("/").await;
    assert_eq!(page.status(), 200);
    assert!(page.text().await.expect("a page").contains("marquee import"));
}

#[tokio::test]
async fn a_server_without_a_model_starts_and_says_how_to_train() {
    let data = copy_of_data();
    fs::remove_file(data.path().join("model.safetensors")).expect("removed");
    let server = Server::start_on(data, &[]).await;
    let (status, body) = json_of(server.get("/readyz").await).await;
    assert_eq!(status, 503);
    assert!(body["error"].as_str().is_some_and(|error| error.contains("marquee train")), "{body}");
    assert!(server.get("/").await.text().await.expect("a page").contains("marquee train"));
    assert_eq!(server.get("/api/movies/1").await.status(), 200);
}

#[test]
fn files_that_are_damaged_or_something_else_are_refused_by_name() {
    for name in ["catalogue.db", "model.safetensors", "visitors.db"] {
        let data = copy_of_data();
        let path = data.path().join(name);
        let whole = fs::read(&path).unwrap_or_else(|_| b"SQLite format 3\0".repeat(400));
        let half = whole[..whole.len() / 2].to_vec();
        for (what, bytes) in [("garbage", b"not what it should be, by far. ".repeat(400)), ("half of it", half)] {
            fs::write(&path, bytes).expect("written");
            let (code, said) = refused(data.path(), &[]);
            assert_eq!(code, Some(1), "{name}, {what}: {said}");
            assert!(said.contains("marquee:") && !said.contains("panicked"), "{name}, {what}: {said}");
        }
    }
}

#[test]
fn a_model_of_another_catalogue_is_refused() {
    let data = copy_of_data();
    let source = data.path().join("other");
    let synth = [
        "synth",
        source.to_str().expect("text"),
        "--users",
        "50",
        "--films",
        "200",
        "--ratings",
        "1500",
        "--seed",
        "9",
    ];
    assert!(run(synth).status.success());
    let import = ["import", source.to_str().expect("text"), "--data-dir", data.path().to_str().expect("text")];
    assert!(run(import).status.success());
    let (code, said) = refused(data.path(), &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("marquee train"), "{said}");
}

#[test]
fn training_if_needed_leaves_a_good_model_and_replaces_any_other() {
    let data = copy_of_data();
    let (folder, model) = (data.path().to_str().expect("text"), data.path().join("model.safetensors"));
    let train = || run(["train", "--if-needed", "--epochs", "1", "--data-dir", folder]);
    let good = fs::read(&model).expect("a model");
    assert!(train().status.success());
    assert!(fs::read(&model).expect("a model") == good, "a good model is left as it is");

    fs::write(&model, &good[..good.len() / 2]).expect("half a model");
    let output = train();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("damaged"), "it says why");
    assert!(fs::read(&model).expect("a model").len() > good.len() / 2);
}

#[test]
fn options_that_cannot_work_are_refused_with_a_sentence() {
    let data = tempfile::tempdir().expect("a folder");
    for options in [
        &["--workers", "0"][..],
        &["--queue-capacity", "0"],
        &["--max-batch", "0"],
        &["--deadline", "soon"],
        &["--queue", "carrier-pigeon"],
        &["--take-over", "300000000000y"],
        &["--max-batch", "18446744073709551615"],
        &["--result-ttl", "300000000y"],
        &["--deadline", "7h"],
        &["--drain", "18446744073709551615s"],
        &["--model-delay", "90d"],
    ] {
        let (code, said) = refused(data.path(), options);
        assert!(code.is_some_and(|code| code != 0), "{options:?}: {said}");
        assert!(said.len() > 20 && !said.contains("panicked"), "{options:?}: {said}");
    }
}

#[tokio::test]
async fn an_address_in_use_is_refused_with_a_sentence() {
    let server = Server::start(&[]).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let data = tempfile::tempdir().expect("a folder");
    let output = run([
        "serve",
        "--addr",
        &address,
        "--data-dir",
        data.path().to_str().expect("text"),
        "--site-dir",
        server.data_dir().join("site").to_str().expect("text"),
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--addr"));
}

#[test]
fn every_command_has_help() {
    for command in ["serve", "import", "train", "evaluate", "synth"] {
        let output = run([command, "--help"]);
        assert!(output.status.success() && output.stdout.len() > 200, "{command}");
    }
}

#[test]
fn options_that_cannot_work_are_refused_with_the_reason() {
    for (option, value, why) in [
        ("--deadline", "0s", "longer than 0s"),
        ("--workers", "100000", "at most 1024"),
        ("--addr", "3000", "such as 127.0.0.1:3000"),
        ("--addr", "no.such.host.invalid:3000", "such as 127.0.0.1:3000"),
    ] {
        let output = run(["serve", option, value]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{option} {value}: {said}");
        assert!(said.contains(why) && said.contains(option), "{option} {value}: {said}");
    }
}
