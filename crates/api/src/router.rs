//! All routes, in front of whom they stand, and the description of them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use axum::{Router, body::Body};
use tower::limit::ConcurrencyLimitLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;
use utoipa::OpenApi;

use crate::body::MAX_JSON_MB;
use crate::described::require_what_is_sent;
use crate::{
    Api, Machines, acts, blobs, desk, drills, entries, guard, intake, ledger, lists, login, losses,
    phones, probes, replay, reports, series, stream, trials, uploads, web,
};

/// A request that is no socket and has no answer after this long is told so.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Files taken at once: each is held whole in memory; the others wait in their sockets.
const UPLOADS: usize = 3;
/// Pieces of files taken at once; with the last of one the whole is read.
const PIECES: usize = 8;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const MB: usize = 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(title = "Watchfire", description = "County early warning and emergency command.", license(name = "Apache-2.0 OR MIT")),
    paths(
        login::login, login::logout, login::me,
        stream::feed, ledger::transitions,
        acts::act, blobs::keep, blobs::show, blobs::texts,
        uploads::begin, uploads::how_far, uploads::add,
        lists::alarms, lists::situations, lists::suppressions, lists::stations, lists::commands,
        lists::rules, lists::load, lists::incidents, losses::table, lists::events, lists::weather,
        lists::runs, lists::duty, lists::contacts, lists::reach,
        desk::check, desk::reload, desk::registry, desk::backtest, desk::rule_files, desk::try_rules, desk::sheet,
        trials::calls, trials::organisation, trials::try_organisation,
        replay::feed, replay::lanes, replay::runs, reports::written, reports::make, entries::entry,
        drills::here, drills::score,
        phones::key, phones::note, phones::forget,
        series::series, probes::system, probes::counts, intake::interfaces, intake::refused, intake::observations, probes::state_hash,
        probes::health, probes::metrics,
    ),
    components(schemas(model::view::FeedMessage, model::view::Update, model::replay::ReplayOrder)),
    modifiers(&Keys),
    security(("session" = []), ("token" = []))
)]
struct Description;

/// The ways to be recognised; the last one is for devices and their readings alone.
struct Keys;

impl utoipa::Modify for Keys {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{
            ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme,
        };
        let schemes = api.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::new(guard::COOKIE));
        schemes.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let bearer = Http::new(HttpAuthScheme::Bearer);
        schemes.add_security_scheme("token", SecurityScheme::Http(bearer));
        let device = Http::new(HttpAuthScheme::Basic);
        schemes.add_security_scheme("device", SecurityScheme::Http(device));
    }
}

/// The OpenAPI document, as JSON text.
pub fn openapi() -> String {
    let document = serde_json::to_value(Description::openapi());
    let mut document = document.expect("the document has string keys, so it is JSON");
    require_what_is_sent(&mut document);
    format!("{document:#}")
}

/// All routes; `machines` go behind a guard of their own, `by_token` ask for tokens of their own or are
/// for everybody.
pub(crate) fn routes(api: Arc<Api>, machines: Machines, by_token: Router) -> Router {
    let machines = machines
        .routes
        .layer(from_fn_with_state(ANSWER_WITHIN, guard::in_time))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(
            (Arc::clone(&api), machines.shows_account),
            guard::may_send_readings,
        ));
    let guarded = Router::new()
        .route("/api/v1/logout", post(login::logout))
        .route("/api/v1/me", get(login::me))
        .route("/api/v1/acts", post(acts::act))
        .route(
            "/api/v1/blobs",
            post(blobs::keep).layer::<_, Infallible>((
                ConcurrencyLimitLayer::new(UPLOADS),
                DefaultBodyLimit::max(blobs::MAX_BLOB_MB * MB),
            )),
        )
        .route("/api/v1/blobs/{blob}", get(blobs::show))
        .route("/api/v1/uploads", post(uploads::begin))
        .route(
            "/api/v1/uploads/{upload}",
            get(uploads::how_far)
                .put(uploads::add)
                .layer::<_, Infallible>((
                    ConcurrencyLimitLayer::new(PIECES),
                    DefaultBodyLimit::max(uploads::MAX_PIECE_MB * MB),
                )),
        )
        .route("/api/v1/texts", get(blobs::texts))
        .route("/api/v1/alarms", get(lists::alarms))
        .route("/api/v1/situations", get(lists::situations))
        .route("/api/v1/suppressions", get(lists::suppressions))
        .route("/api/v1/stations", get(lists::stations))
        .route("/api/v1/commands", get(lists::commands))
        .route("/api/v1/rules", get(lists::rules))
        .route("/api/v1/load", get(lists::load))
        .route("/api/v1/events", get(lists::events))
        .route("/api/v1/weather", get(lists::weather))
        .route("/api/v1/incidents", get(lists::incidents))
        .route("/api/v1/incidents/{incident}/losses", get(losses::table))
        .route("/api/v1/runs", get(lists::runs))
        .route("/api/v1/duty", get(lists::duty))
        .route("/api/v1/contacts", get(lists::contacts))
        .route("/api/v1/reach", get(lists::reach))
        .route("/api/v1/site/check", post(desk::check))
        .route("/api/v1/site/reload", post(desk::reload))
        .route(
            "/api/v1/registry/{kind}",
            get(desk::sheet)
                .post(desk::registry)
                .layer::<_, Infallible>(DefaultBodyLimit::max(desk::MAX_REGISTRY_MB * MB)),
        )
        .route("/api/v1/site/rules/check", post(desk::try_rules))
        .route("/api/v1/site/rules", get(desk::rule_files))
        .route("/api/v1/site/organisation", get(trials::organisation))
        .route(
            "/api/v1/site/organisation/check",
            post(trials::try_organisation),
        )
        .route("/api/v1/backtest", post(desk::backtest))
        .route("/api/v1/backtest/calls", post(trials::calls))
        .route(
            "/api/v1/phones",
            get(phones::key).post(phones::note).delete(phones::forget),
        )
        .route("/api/v1/alarms/system", get(probes::system))
        .route("/api/v1/intake", get(intake::interfaces))
        .route("/api/v1/intake/refused", get(intake::refused))
        .route("/api/v1/intake/counts", get(probes::counts))
        .route("/api/v1/state/hash", get(probes::state_hash))
        .route("/api/v1/series/{station}/{quantity}", get(series::series))
        .route("/api/v1/replay/lanes", get(replay::lanes))
        .route("/api/v1/replay/runs", get(replay::runs))
        .route("/api/v1/drill", get(drills::here))
        .route("/api/v1/drill/score", get(drills::score))
        .route("/api/v1/reports", get(reports::written))
        .route("/api/v1/reports/{form}", get(reports::make))
        .route("/api/v1/entries/{number}", get(entries::entry))
        .route("/api/v1/openapi.json", get(probes::openapi));
    let sockets = Router::new()
        .route("/api/v1/feed", get(stream::feed))
        .route("/api/v1/replay/feed", get(replay::feed))
        .route("/api/v1/alarms/transitions", get(ledger::transitions));
    let near = Router::new()
        .route("/metrics", get(probes::metrics))
        .layer(from_fn_with_state(
            Arc::clone(&api),
            guard::near_or_signed_in,
        ));
    let open = Router::new()
        .route("/healthz", get(probes::health))
        .route("/api/v1/login", post(login::login))
        .fallback(web::serve)
        .method_not_allowed_fallback(probes::wrong_method);
    let answers = guarded
        .with_state(Arc::clone(&api))
        .layer(from_fn_with_state(ANSWER_WITHIN, guard::in_time))
        .layer(CompressionLayer::new());
    let signed_in = answers
        .merge(sockets.with_state(Arc::clone(&api)))
        .route_layer(from_fn_with_state(Arc::clone(&api), guard::signed_in));
    let open = open
        .merge(near)
        .with_state(api)
        .layer(from_fn_with_state(ANSWER_WITHIN, guard::in_time))
        .layer(CompressionLayer::new());
    dressed(signed_in.merge(machines).merge(open).merge(by_token))
}

/// Adds what every answer carries and what every request leaves in the log.
pub(crate) fn dressed(routes: Router) -> Router {
    let mut routes = routes
        .layer(DefaultBodyLimit::max(MAX_JSON_MB * MB))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(from_fn(guard::contained));
    for (name, value) in web::SECURITY_HEADERS {
        let name = HeaderName::from_static(name);
        let value = HeaderValue::from_static(value);
        routes = routes.layer(SetResponseHeaderLayer::if_not_present(name, value));
    }
    routes
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

/// Path without its question: that may name people.
fn span(request: &Request<Body>) -> tracing::Span {
    let id = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .unwrap_or("");
    tracing::debug_span!("request", method = %request.method(), path = request.uri().path(), id)
}
