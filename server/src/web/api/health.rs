//! For those who watch over the process.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use metrics::gauge;
use serde_json::{Value, json};

use crate::{
    telemetry::{Metrics, names},
    web::{error::ApiError, operator::AsOperator, site::SharedSite},
};

/// `GET /healthz`: the process answers.
pub async fn alive() -> Json<Value> {
    Json(json!({ "status": "alive" }))
}

/// `GET /readyz`: the model is loaded and every worker lives; otherwise 503 and why. With a queue that is out of reach it
/// is 200 and "degraded": pages still come, so a load balancer must not drop them.
pub async fn ready(State(site): State<SharedSite>) -> Result<Json<Value>, ApiError> {
    let (_, service) = site.ready()?;
    if !service.workers_alive() {
        return Err(ApiError::unavailable("A worker thread has died; start the server anew.", 60));
    }
    match service.trouble() {
        None => Ok(Json(json!({ "status": "ready" }))),
        Some(why) => Ok(Json(json!({ "status": "degraded", "why": &*why }))),
    }
}

/// `GET /metrics`: what this process counts, in Prometheus' text format; for the operator.
pub async fn metrics(_: AsOperator, State(site): State<SharedSite>) -> Response {
    if let Some(service) = site.service() {
        let load = service.queue().load().await;
        gauge!(names::QUEUE_UP).set(if load.is_some() { 1.0 } else { 0.0 });
        if let Some(load) = load {
            gauge!(names::DEPTH).set(load.waiting as f64);
            gauge!(names::RUNNING).set(load.running as f64);
        }
        gauge!(names::WORKERS).set(service.workers_alive_count() as f64);
        gauge!(names::MODEL, "version" => service.model_version().to_owned()).set(1.0);
    }
    ([(header::CONTENT_TYPE, Metrics::CONTENT_TYPE)], site.metrics.text()).into_response()
}
