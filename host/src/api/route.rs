//! A route with its description: the router and the OpenAPI document are made of the same list,
//! so that neither has a route that the other lacks.

use std::sync::Arc;

use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::routing::{self, MethodRouter};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::App;

/// Makes a type's schema, and remembers what that refers to.
pub(super) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// A route under `/v1`.
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) says: &'static str,
    pub(super) handler: MethodRouter<Arc<App>>,
    pub(super) needs_key: bool,
    pub(super) query: Option<Describe>,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) body: Option<(&'static str, Describe)>,
    pub(super) status: StatusCode,
    pub(super) answer: Option<(&'static str, Describe)>,
}

pub(super) const JSON: &str = "application/json";

impl Route {
    fn new(
        method: Method,
        path: &'static str,
        says: &'static str,
        handler: MethodRouter<Arc<App>>,
    ) -> Self {
        Self {
            method,
            path,
            says,
            handler,
            needs_key: true,
            query: None,
            headers: Vec::new(),
            body: None,
            status: StatusCode::OK,
            answer: None,
        }
    }

    pub(super) fn get<H, T>(path: &'static str, says: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new(Method::GET, path, says, routing::get(handler))
    }

    pub(super) fn post<H, T>(path: &'static str, says: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new(Method::POST, path, says, routing::post(handler))
    }

    pub(super) fn put<H, T>(path: &'static str, says: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new(Method::PUT, path, says, routing::put(handler))
    }

    pub(super) fn patch<H, T>(path: &'static str, says: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new(Method::PATCH, path, says, routing::patch(handler))
    }

    pub(super) fn delete<H, T>(path: &'static str, says: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let route = Self::new(Method::DELETE, path, says, routing::delete(handler));
        Self { status: StatusCode::NO_CONTENT, ..route }
    }

    /// It is where a key is shown, or what tells of the others.
    pub(super) fn without_key(self) -> Self {
        Self { needs_key: false, ..self }
    }

    pub(super) fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    pub(super) fn header(mut self, name: &'static str, says: &'static str) -> Self {
        self.headers.push((name, says));
        self
    }

    pub(super) fn takes<T: JsonSchema>(self) -> Self {
        self.takes_kind::<T>(JSON)
    }

    pub(super) fn takes_kind<T: JsonSchema>(self, kind: &'static str) -> Self {
        Self { body: Some((kind, SchemaGenerator::subschema_for::<T>)), ..self }
    }

    pub(super) fn gives<T: JsonSchema>(self, status: StatusCode) -> Self {
        self.gives_kind::<T>(status, JSON)
    }

    pub(super) fn gives_kind<T: JsonSchema>(self, status: StatusCode, kind: &'static str) -> Self {
        Self { status, answer: Some((kind, SchemaGenerator::subschema_for::<T>)), ..self }
    }
}
