//! One route and what the OpenAPI document says of it, side by side, so that neither is forgotten.

use std::collections::BTreeMap;

use axum::handler::Handler;
use axum::routing::{MethodRouter, delete, get, head, options, patch, post, put};
use utoipa::ToSchema;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, Ref, RefOr, Required, ResponseBuilder};

use crate::state::ApiState;
use crate::wire;

/// The name of the bearer scheme (contract #6).
pub(crate) const BEARER: &str = "HTTPBearer";
const JSON: &str = "application/json";

/// The schemas that an operation refers to, by name.
pub(crate) type Schemas = Vec<(String, RefOr<Schema>)>;

/// Who may call (contract: P, U, T).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Public,
    Person,
    Member,
}

/// A route: where it is, who answers, and what is said of it.
pub(crate) struct Route {
    pub(crate) path: &'static str,
    pub(crate) method: HttpMethod,
    pub(crate) handler: MethodRouter<ApiState>,
    id: &'static str,
    summary: &'static str,
    access: Access,
    parameters: Vec<Parameter>,
    body: Option<(&'static str, RefOr<Schema>, Required)>,
    answers: Vec<Answer>,
    schemas: Schemas,
}

struct Answer {
    status: u16,
    text: String,
    kind: &'static str,
    schema: Option<RefOr<Schema>>,
}

macro_rules! methods {
    ($($function:ident $method:ident),+) => {
        impl Route {
            $(
                /// A route of this method; `id` names the operation, once in the whole document (FIX-60).
                pub(crate) fn $function<H, T>(
                    path: &'static str,
                    id: &'static str,
                    summary: &'static str,
                    handler: H,
                ) -> Self
                where
                    H: Handler<T, ApiState>,
                    T: 'static,
                {
                    Self::new(HttpMethod::$method, path, $function(handler), (id, summary))
                }
            )+
        }
    };
}

methods!(get Get, head Head, options Options, post Post, put Put, patch Patch, delete Delete);

impl Route {
    fn new(
        method: HttpMethod,
        path: &'static str,
        handler: MethodRouter<ApiState>,
        (id, summary): (&'static str, &'static str),
    ) -> Self {
        let parameters = path.split('/').filter_map(|part| {
            let name = part.strip_prefix('{')?.strip_suffix('}')?;
            Some(
                ParameterBuilder::new()
                    .name(name)
                    .parameter_in(ParameterIn::Path)
                    .required(Required::True)
                    .schema(Some(Object::with_type(Type::String)))
                    .build(),
            )
        });
        Self {
            path,
            method,
            handler,
            id,
            summary,
            access: Access::Member,
            parameters: parameters.collect(),
            body: None,
            answers: Vec::new(),
            schemas: Vec::new(),
        }
    }

    /// Anybody may call it.
    pub(crate) fn public(mut self) -> Self {
        self.access = Access::Public;
        self
    }

    /// Whoever is signed in may call it, whatever their company's state.
    pub(crate) fn any_person(mut self) -> Self {
        self.access = Access::Person;
        self
    }

    /// It may take longer than the request time-out.
    pub(crate) fn untimed(mut self) -> Self {
        let layer = axum::middleware::from_fn(http_edge::untimed);
        self.handler = self.handler.layer(layer);
        self
    }

    /// It takes a JSON body.
    pub(crate) fn body<T: ToSchema>(self) -> Self {
        self.takes::<T>(JSON, Required::True)
    }

    /// It takes a JSON body or none.
    pub(crate) fn optional_body<T: ToSchema>(self) -> Self {
        self.takes::<T>(JSON, Required::False)
    }

    /// It takes a form with a file.
    pub(crate) fn upload<T: ToSchema>(self) -> Self {
        self.takes::<T>("multipart/form-data", Required::True)
    }

    /// It takes bytes of this kind.
    pub(crate) fn bytes(mut self, kind: &'static str) -> Self {
        let bytes = ObjectBuilder::new()
            .schema_type(Type::String)
            .content_media_type(kind);
        self.body = Some((kind, bytes.into(), Required::True));
        self
    }

    fn takes<T: ToSchema>(mut self, kind: &'static str, required: Required) -> Self {
        let schema = self.refer::<T>();
        self.body = Some((kind, schema, required));
        self
    }

    /// It takes the fields of `T` as query parameters.
    pub(crate) fn query<T: ToSchema>(mut self) -> Self {
        if let RefOr::T(Schema::Object(object)) = T::schema() {
            for (name, schema) in object.properties {
                let required = if object.required.contains(&name) {
                    Required::True
                } else {
                    Required::False
                };
                let (description, schema) = without_description(schema);
                self.parameters.push(
                    ParameterBuilder::new()
                        .name(name)
                        .parameter_in(ParameterIn::Query)
                        .required(required)
                        .description(description)
                        .schema(Some(schema))
                        .build(),
                );
            }
        }
        self
    }

    /// It understands this header, which may be missing.
    pub(crate) fn header(mut self, name: &'static str, text: &'static str) -> Self {
        self.parameters.push(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some(text))
                .schema(Some(Object::with_type(Type::String)))
                .build(),
        );
        self
    }

    /// Its answer may be kept, here and by the client.
    pub(crate) fn kept(self) -> Self {
        self.header(
            "If-None-Match",
            "The `ETag` of the body that the client has.",
        )
        .header(
            "X-Event-Seq",
            "The number that the answer must be at least as new as.",
        )
        .answers_empty(304, "The client's body is still true")
    }

    /// It answers with a `T`.
    pub(crate) fn answers<T: ToSchema>(mut self, status: u16, text: &str) -> Self {
        let schema = self.refer::<T>();
        self.answer(status, text, JSON, Some(schema));
        self
    }

    /// It answers with a list of `T`.
    pub(crate) fn answers_list<T: ToSchema>(mut self, status: u16, text: &str) -> Self {
        let list = ArrayBuilder::new().items(self.refer::<T>());
        let schema = RefOr::T(Schema::Array(list.build()));
        self.answer(status, text, JSON, Some(schema));
        self
    }

    /// It answers with a text of this kind.
    pub(crate) fn answers_text(mut self, kind: &'static str, text: &str) -> Self {
        let schema = RefOr::T(Schema::Object(Object::with_type(Type::String)));
        self.answer(200, text, kind, Some(schema));
        self
    }

    /// It answers without a body.
    pub(crate) fn answers_nothing(mut self, text: &str) -> Self {
        self.answer(204, text, JSON, None);
        self
    }

    /// It answers with this status and headers alone.
    pub(crate) fn answers_empty(mut self, status: u16, text: &str) -> Self {
        self.answer(status, text, JSON, None);
        self
    }

    /// It may refuse with this text.
    pub(crate) fn refuses(mut self, status: u16, text: &str) -> Self {
        let schema = match status {
            402 => self.refer::<wire::QuotaError>(),
            422 => self.refer::<wire::ValidationError>(),
            429 => self.refer::<wire::RateLimitError>(),
            _ => self.refer::<wire::Error>(),
        };
        self.answer(status, text, JSON, Some(schema));
        self
    }

    /// The operation as the document has it, under `tag`, and the schemas that it refers to.
    pub(crate) fn describe(self, tag: &'static str) -> (HttpMethod, Operation, Schemas) {
        let route = self.with_common_refusals();
        let mut operation = OperationBuilder::new()
            .operation_id(Some(route.id))
            .summary(Some(route.summary))
            .parameters(Some(route.parameters));
        if !tag.is_empty() {
            operation = operation.tag(tag);
        }
        if let Some((kind, schema, required)) = route.body {
            let content = Content::new(Some(schema));
            let body = RequestBodyBuilder::new().required(Some(required));
            operation = operation.request_body(Some(body.content(kind, content).build()));
        }
        let mut by_status: BTreeMap<u16, (Vec<String>, ResponseBuilder)> = BTreeMap::new();
        for answer in route.answers {
            let (texts, response) = by_status.entry(answer.status).or_default();
            texts.push(answer.text);
            if let Some(schema) = answer.schema {
                let content = Content::new(Some(schema));
                *response = std::mem::take(response).content(answer.kind, content);
            }
        }
        for (status, (texts, response)) in by_status {
            let response = response.description(texts.join(" · "));
            operation = operation.response(status.to_string(), response);
        }
        if route.access != Access::Public {
            let bearer = SecurityRequirement::new(BEARER, Vec::<String>::new());
            operation = operation.security(bearer);
        }
        (route.method, operation.build(), route.schemas)
    }

    /// Adds what every route of its kind may refuse with (contract 1.2, 1.3).
    fn with_common_refusals(mut self) -> Self {
        let is_api = self.path.starts_with("/api/");
        let mut of_query = self.parameters.iter();
        let has_input = self.body.is_some()
            || of_query.any(|parameter| parameter.parameter_in == ParameterIn::Query);
        if self.access != Access::Public {
            let text = "Not authenticated · Invalid or expired token · User not found";
            self = self.refuses(401, text);
            self = self.refuses(403, "User account is inactive");
        }
        if self.access == Access::Member {
            self = self.refuses(403, "Account suspended. Please contact support.");
            self = self.refuses(404, "Tenant not found");
        }
        if has_input {
            self = self.refuses(422, "Fields are wrong");
        }
        if is_api {
            self = self.refuses(429, "Rate limit exceeded. Please try again later.");
            self = self.refuses(503, "Service temporarily unavailable. Please retry.");
        }
        self
    }

    fn answer(
        &mut self,
        status: u16,
        text: &str,
        kind: &'static str,
        schema: Option<RefOr<Schema>>,
    ) {
        let text = text.to_owned();
        self.answers.push(Answer {
            status,
            text,
            kind,
            schema,
        });
    }

    fn refer<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = T::name().into_owned();
        T::schemas(&mut self.schemas);
        self.schemas.push((name.clone(), T::schema()));
        RefOr::Ref(Ref::from_schema_name(name))
    }
}

fn without_description(schema: RefOr<Schema>) -> (Option<String>, RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            let description = object.description.clone();
            let plain = ObjectBuilder::from(object).description(None::<String>);
            (description, plain.into())
        }
        other => (None, other),
    }
}
