use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use candle_core::{DType, Device, Tensor};
use serde_json::{Value, json};

use super::{
    ArtefactError, FORMAT, KEY, LARGEST_HEADER, Metadata, load, save,
    tensors::{ORDER, STARS, expert_names, factors_name},
};
use crate::{
    catalogue::{Info, Interactions},
    model::{
        History, Ials, Likes, Recommender, Traits,
        blend::{Blend, Knot},
        examples::liking,
        fitting::{self, Audience, Fitted, Options},
        ials,
        set_autoencoder::names,
        stars::{self, FittedStars},
        training::{Hyper, tests},
    },
};

/// One training for all tests of this file.
fn sample() -> &'static (Fitted, FittedStars) {
    static SAMPLE: OnceLock<(Fitted, FittedStars)> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let interactions = tests::planted(120, 40);
        let hyper = |_, _, seed| Hyper { epochs: 2, ..tests::small(seed) };
        let options = Options { seed: 1, audience: Audience::Newcomers, hyper, epochs: None, budget: None };
        let fitted = fitting::fit(&interactions, &Traits::default(), options, |_| true, |_, _| {}).unwrap();
        (
            with_factors(fitted, &interactions),
            stars::fit(&interactions, &Traits::default(), 1, |_| true, |_, _| {}).unwrap(),
        )
    })
}

/// The same with a table of factors, whatever was chosen.
fn with_factors(fitted: Fitted, interactions: &Interactions) -> Fitted {
    let hyper = ials::Hyper { factors: 8, iterations: 4, unobserved: 0.3, regularisation: 3.0, seed: 1 };
    let order = Arc::new(fitted.model.order().clone());
    let learned = Ials::train(order, &Likes::of(interactions, 1, |_| true), hyper, |_| ());
    let knots = fitted.model.knots().iter().map(|knot| Knot { factors: 0, ials: 0.5, ..*knot }).collect();
    let (network, experts) = (fitted.model.network().clone(), fitted.model.experts().to_vec());
    let model = Blend::new(network, experts, vec![learned.into_factors().unwrap()], knots).unwrap();
    Fitted { model, factors: vec![hyper], ..fitted }
}

fn info() -> Info {
    Info {
        dataset: "planted".to_owned(),
        films: 40,
        ratings: 0,
        viewers: 120,
        fingerprint: "f".repeat(64),
        imported_at: 0,
    }
}

fn save_sample(path: &Path) -> Result<Metadata, ArtefactError> {
    let (fitted, stars) = sample();
    save(path, fitted, stars, &info())
}

/// A folder with a good artefact in it.
fn saved() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(super::FILE_NAME);
    save_sample(&path).unwrap();
    (folder, path)
}

/// The error of loading a file of these bytes.
fn refusal(bytes: &[u8]) -> ArtefactError {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    fs::write(&path, bytes).unwrap();
    load(&path, &info()).err().expect("the file is refused")
}

/// The artefact again, after `change` has had its way with metadata and tensors.
fn tampered(change: impl FnOnce(&mut Value, &mut HashMap<String, Tensor>)) -> Vec<u8> {
    let (_folder, path) = saved();
    let bytes = fs::read(path).unwrap();
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let mut metadata = serde_json::from_str(&header.metadata().as_ref().unwrap()[KEY]).unwrap();
    let mut tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu).unwrap();
    change(&mut metadata, &mut tensors);
    let header = HashMap::from([(KEY.to_owned(), metadata.to_string())]);
    safetensors::serialize(&tensors, Some(header)).unwrap()
}

fn assert_damaged(bytes: &[u8], because: &str) {
    let error = refusal(bytes);
    assert!(matches!(error, ArtefactError::Damaged { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains(because) && text.contains("marquee train"), "{text}");
}

#[test]
fn what_is_loaded_answers_as_what_was_saved() {
    let (folder, path) = saved();
    let artefact = load(&path, &info()).unwrap();
    let before = &sample().0.model;
    for history in [liking(&[]), liking(&[3]), liking(&[1, 2, 5, 8, 13, 21, 34]), History::default()] {
        assert_eq!(artefact.model.scores(&[&history]).unwrap(), before.scores(&[&history]).unwrap());
        assert_eq!(artefact.model.reasons(&history, &[7], 3).unwrap(), before.reasons(&history, &[7], 3).unwrap());
    }
    assert_eq!(artefact.model.order().films(), before.order().films());
    assert_eq!(artefact.model.version(), before.version());
    assert_eq!(artefact.metadata.dataset, "planted");
    assert_eq!(artefact.metadata.hyper, sample().0.hyper);
    assert_eq!(artefact.metadata.validation, sample().0.validation);
    assert!(sample().0.validation.is_some());
    let stars = &sample().1.model;
    assert!(artefact.stars.parts() == stars.parts());
    // The header is text: the last digit of a number may be another.
    assert!((artefact.stars.scalars().noise - stars.scalars().noise).abs() < 1e-12);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn no_file_is_told_apart_from_a_bad_one() {
    let folder = tempfile::tempdir().unwrap();
    let error = load(&folder.path().join("model"), &info()).err().unwrap();
    assert!(matches!(error, ArtefactError::Missing { .. }));
    assert!(error.to_string().contains("marquee train"));
    assert!(load(folder.path(), &info()).is_err(), "a folder is no model");
}

#[test]
fn a_model_of_another_catalogue_is_refused() {
    let (_folder, path) = saved();
    let other = Info { fingerprint: "0".repeat(64), dataset: "another".to_owned(), ..info() };
    let error = load(&path, &other).err().unwrap();
    assert!(matches!(error, ArtefactError::OtherCatalogue { .. }));
    let text = error.to_string();
    assert!(text.contains("planted") && text.contains("another") && text.contains("marquee train"), "{text}");
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let (_folder, path) = saved();
    let whole = fs::read(path).unwrap();
    for length in [0, 1, 7, 8, 9, 100, 1_000, whole.len() / 2, whole.len() - 1] {
        assert_damaged(&whole[..length], "");
    }
    assert_damaged(&[whole, vec![0; 10]].concat(), "bytes of weights");
}

#[test]
fn garbage_and_absurd_headers_are_refused_without_being_believed() {
    assert_damaged(&[0xff; 4_096], "");
    assert_damaged(b"PK\x03\x04 this is a zip file, or was one", "");
    for size in [0, 2, LARGEST_HEADER, LARGEST_HEADER + 1, u64::MAX / 2, u64::MAX] {
        assert_damaged(&[&size.to_le_bytes()[..], b"{}{}{}"].concat(), "");
    }
    let deep = "[".repeat(100_000);
    assert_damaged(&[&(deep.len() as u64).to_le_bytes()[..], deep.as_bytes()].concat(), "header");
    assert_damaged(&safetensors::serialize(&HashMap::<String, Tensor>::new(), None).unwrap(), "not written by marquee");
}

#[test]
fn an_unknown_format_or_kind_is_named() {
    let (later, earlier) = (format!("format {}", FORMAT + 1), format!("format {}", FORMAT - 1));
    for (key, value, named) in [
        ("format", json!(FORMAT + 1), later.as_str()),
        ("format", json!(FORMAT - 1), &earlier),
        ("kind", json!("ease"), "\"ease\""),
    ] {
        let error = refusal(&tampered(|metadata, _| metadata[key] = value));
        assert!(matches!(error, ArtefactError::Unknown { .. }), "{error}");
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[test]
fn metadata_that_claims_another_shape_is_refused() {
    for (key, value) in [("films", 41), ("width", 15), ("hidden", 17), ("width", 0), ("hidden", 1_u64 << 40)] {
        assert_damaged(&tampered(|metadata, _| metadata["config"][key] = json!(value)), "");
    }
    assert_damaged(&tampered(|metadata, _| metadata["config"] = json!("large")), "metadata");
}

#[test]
fn tensors_that_are_missing_misshapen_or_no_numbers_are_refused() {
    assert_damaged(&tampered(|_, tensors| drop(tensors.remove(names::BIAS))), "bytes of weights");
    let swapped = tampered(|_, tensors| {
        // The same number of bytes, in another shape.
        let films = tensors[names::FILMS].t().unwrap().contiguous().unwrap();
        tensors.insert(names::FILMS.to_owned(), films);
    });
    assert_damaged(&swapped, "");
    for poison in [f64::NAN, f64::INFINITY] {
        let poisoned = tampered(|_, tensors| {
            let bias = (tensors[names::BIAS].zeros_like().unwrap() + poison).unwrap();
            tensors.insert(names::BIAS.to_owned(), bias);
        });
        assert_damaged(&poisoned, "not a number");
    }
    let renamed = tampered(|_, tensors| {
        let bias = tensors.remove(names::BIAS).unwrap();
        tensors.insert("films.other".to_owned(), bias);
    });
    assert_damaged(&renamed, "");
}

#[test]
fn predicted_stars_that_are_missing_misshapen_or_no_numbers_are_refused() {
    for name in STARS {
        assert_damaged(&tampered(|_, tensors| drop(tensors.remove(name))), "bytes of weights");
        let poisoned = tampered(|_, tensors| {
            let poison = (tensors[name].zeros_like().unwrap() + f64::NAN).unwrap();
            tensors.insert(name.to_owned(), poison);
        });
        assert_damaged(&poisoned, "predicted stars");
        let flat = tampered(|_, tensors| {
            let flat = tensors[name].flatten_all().unwrap().unsqueeze(0).unwrap().unsqueeze(0).unwrap();
            tensors.insert(name.to_owned(), flat);
        });
        assert_damaged(&flat, "another shape");
    }
    for (key, value) in [("noise", json!(0)), ("reach", json!(-1)), ("scale", json!([4, 1])), ("average", json!(null))]
    {
        assert_damaged(&tampered(|metadata, _| metadata["stars"][key] = value), "");
    }
}

#[test]
fn experts_that_are_out_of_place_or_not_as_many_as_was_said_are_refused() {
    let [offsets, films, weights] = expert_names(0);
    let with = |name: &str, change: &dyn Fn(&Tensor) -> Tensor| {
        tampered(|_, tensors| {
            let changed = change(&tensors[name]);
            tensors.insert(name.to_owned(), changed);
        })
    };
    let ones = |tensor: &Tensor| tensor.ones_like().unwrap();
    assert_damaged(&with(&offsets, &ones), "out of place");
    assert_damaged(&with(&films, &ones), "out of place");
    assert_damaged(&with(&films, &|tensor| tensor.to_dtype(DType::F32).unwrap()), "another shape");
    assert_damaged(&with(&weights, &|tensor| tensor.affine(0.0, f64::NAN).unwrap()), "out of place");
    assert_damaged(&with(&weights, &|tensor| tensor.unsqueeze(0).unwrap()), "another shape");
    assert_damaged(&with(&weights, &|tensor| tensor.affine(1.01, 0.0).unwrap()), "not those that were saved");
    assert_damaged(&tampered(|metadata, _| metadata["experts"][0]["weights"] = json!(u64::MAX)), "bytes of weights");
    assert_damaged(&tampered(|metadata, _| metadata["experts"] = json!([])), "bytes of weights");
    let many = tampered(|metadata, _| {
        let expert = metadata["experts"][0].clone();
        metadata["experts"] = json!(vec![expert; 100]);
    });
    assert_damaged(&many, "100 experts");
}

#[test]
fn factors_that_are_out_of_place_or_others_than_was_said_are_refused() {
    let with = |change: &dyn Fn(&Tensor) -> Tensor| {
        tampered(|_, tensors| {
            let changed = change(&tensors[&factors_name(0)]);
            tensors.insert(factors_name(0), changed);
        })
    };
    assert_damaged(&with(&|tensor| tensor.affine(0.0, f64::NAN).unwrap()), "factors of table 0");
    assert_damaged(&with(&|tensor| tensor.flatten_all().unwrap()), "another shape");
    assert_damaged(&with(&|tensor| tensor.affine(1.01, 0.0).unwrap()), "not those that were saved");
    assert_damaged(&tampered(|metadata, _| metadata["factors"][0]["factors"] = json!(63)), "bytes of weights");
    assert_damaged(&tampered(|metadata, _| metadata["factors"][0]["factors"] = json!(1_u64 << 40)), "factors");
    assert_damaged(&tampered(|metadata, _| metadata["factors"] = json!([])), "bytes of weights");
}

#[test]
fn another_mixture_than_was_saved_is_refused() {
    assert_damaged(&tampered(|metadata, _| metadata["knots"] = json!([])), "fit together");
    assert_damaged(&tampered(|metadata, _| metadata["knots"][0]["expert"] = json!(99)), "fit together");
    assert_damaged(&tampered(|metadata, _| metadata["knots"][0]["linear"] = json!(1e30)), "not those that were saved");
}

#[test]
fn other_weights_than_those_saved_are_noticed() {
    let changed = tampered(|_, tensors| {
        let bias = (&tensors[names::BIAS] + 1e-3).unwrap();
        tensors.insert(names::BIAS.to_owned(), bias);
    });
    assert_damaged(&changed, "not those that were saved");
}

#[test]
fn films_out_of_order_or_of_another_type_are_refused() {
    let reversed = tampered(|_, tensors| {
        let order = Tensor::from_iter((0..40_u32).rev(), &Device::Cpu).unwrap();
        tensors.insert(ORDER.to_owned(), order);
    });
    assert_damaged(&reversed, "not in order");
    let floats = tampered(|_, tensors| {
        let order = tensors[ORDER].to_dtype(DType::F32).unwrap();
        tensors.insert(ORDER.to_owned(), order);
    });
    assert_damaged(&floats, "order");
}

#[test]
fn a_model_that_cannot_be_written_leaves_the_old_one() {
    let (folder, path) = saved();
    let before = fs::read(&path).unwrap();
    let nowhere = folder.path().join("no such folder").join("model");
    assert!(matches!(save_sample(&nowhere), Err(ArtefactError::Io { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
}
