//! For those who watch over the process.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::web::{error::ApiError, site::SharedSite};

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
        Some(why) => Ok(Json(json!({ "status": "degraded", "why": format!("Redis is out of reach: {why}") }))),
    }
}
