//! People of made-up companies, and what they make.

use serde_json::{Value, json};
use testkit::{Answer, Form, Http};

use crate::world::{World, fresh};

/// Keeps all rules for passwords.
pub(crate) const PASSWORD: &str = "Corr3ct-horse";

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) world: World,
    pub(crate) http: Http,
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) user: Value,
}

impl World {
    /// Registers a company and hands back its owner.
    pub(crate) async fn company(&self) -> Person {
        let n = fresh();
        let body = json!({
            "company_name": format!("Company {n}"),
            "company_email": format!("office@company{n}.example.com"),
            "company_website": "https://example.com",
            "email": format!("owner@company{n}.example.com"),
            "password": PASSWORD,
            "first_name": "Olga",
            "last_name": format!("Owner {n}"),
        });
        let answer = self.http.post("/api/v1/auth/register").json(&body);
        let token = answer.send().await.expect_status(201).json();
        Person::of(self, &token)
    }

    /// Signs in with an address and the password of all.
    pub(crate) async fn login(&self, email: &str) -> Person {
        let body = json!({"email": email, "password": PASSWORD});
        let answer = self.http.post("/api/v1/auth/login").json(&body);
        Person::of(self, &answer.send().await.expect_status(200).json())
    }
}

impl Person {
    /// Whoever got this Token.
    pub(crate) fn of(world: &World, token: &Value) -> Self {
        let text = |name: &str| token[name].as_str().expect("a text").to_owned();
        let access = text("access_token");
        Self {
            world: world.clone(),
            http: world.http.clone().with_bearer(&access),
            access,
            refresh: text("refresh_token"),
            user: token["user"].clone(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        self.user["id"].as_str().expect("a text")
    }

    pub(crate) fn email(&self) -> &str {
        self.user["email"].as_str().expect("a text")
    }

    pub(crate) fn tenant_id(&self) -> &str {
        self.user["tenant_id"].as_str().expect("a text")
    }

    /// Invites somebody, who is not asked to accept yet.
    pub(crate) async fn invites(&self, role: &str) -> Value {
        let email = format!("{role}{}@people.example.com", fresh());
        let body = json!({"email": email, "role": role});
        let answer = self.http.post("/api/v1/team/invite").json(&body);
        answer.send().await.expect_status(201).json()
    }

    /// Invites somebody, who accepts.
    pub(crate) async fn colleague(&self, role: &str) -> Person {
        let member = self.invites(role).await;
        let body = json!({"token": invitation_token(&member), "password": PASSWORD});
        let path = "/api/v1/team/invitations/accept";
        let answer = self.world.http.post(path).json(&body).send().await;
        Person::of(&self.world, &answer.expect_status(200).json())
    }

    /// Makes a campaign and hands back its id.
    pub(crate) async fn campaign(&self, name: &str) -> String {
        let body = json!({"name": name, "search_query": "", "lead_source": "google_maps"});
        let answer = self.http.post("/api/v1/campaigns").json(&body);
        id_of(&answer.send().await.expect_status(201).json())
    }

    /// Adds a lead to a campaign.
    pub(crate) async fn lead(&self, campaign: &str, body: Value) -> Value {
        let path = format!("/api/v1/campaigns/{campaign}/leads");
        let answer = self.http.post(&path).json(&body).send().await;
        answer.expect_status(201).json()
    }

    /// Adds leads to a campaign, as many as there are bodies.
    pub(crate) async fn leads(&self, campaign: &str, bodies: &[Value]) {
        let path = format!("/api/v1/campaigns/{campaign}/leads/bulk");
        let answer = self.http.post(&path).json(&json!(bodies)).send().await;
        answer.expect_status(201);
    }

    /// Makes an e-mail template and hands back its id.
    pub(crate) async fn template(&self) -> String {
        let body = json!({"name": "Hello", "subject": "Hi", "body": "Dear {{company_name}}"});
        let answer = self.http.post("/api/v1/email-templates").json(&body);
        id_of(&answer.send().await.expect_status(201).json())
    }

    /// Uploads a file of leads.
    pub(crate) async fn upload(&self, campaign: &str, name: &str, content: &[u8]) -> Answer {
        self.upload_with(campaign, "", name, content).await
    }

    /// Uploads a file of leads with a query (`?generate_emails=true`).
    pub(crate) async fn upload_with(
        &self,
        campaign: &str,
        query: &str,
        name: &str,
        content: &[u8],
    ) -> Answer {
        let path = format!("/api/v1/campaigns/{campaign}/upload-leads{query}");
        let form = Form::new().file("file", name, "application/octet-stream", content);
        self.http.post(&path).multipart(form).send().await
    }

    /// The JSON of a GET that succeeds.
    pub(crate) async fn sees(&self, path: &str) -> Value {
        self.http.get(path).send().await.expect_status(200).json()
    }

    /// The leads of a campaign, as the list without parameters has them.
    pub(crate) async fn sees_leads(&self, campaign: &str) -> Vec<Value> {
        let list = self
            .sees(&format!("/api/v1/campaigns/{campaign}/leads"))
            .await;
        list.as_array().expect("a list").clone()
    }

    /// All events that the person may see.
    pub(crate) async fn sees_events(&self) -> Vec<Value> {
        let (mut events, mut after) = (Vec::new(), json!(0));
        loop {
            let page = self
                .sees(&format!("/api/v1/events?limit=200&after={after}"))
                .await;
            let found = page["events"].as_array().expect("a list");
            events.extend(found.iter().cloned());
            if page["next_after"] == after {
                return events;
            }
            after = page["next_after"].clone();
        }
    }
}

/// The secret of an invitation's link.
pub(crate) fn invitation_token(member: &Value) -> String {
    let link = member["invitation_link"].as_str().expect("a link");
    let (_, token) = link.split_once("token=").expect("a link with a token");
    token.to_owned()
}

pub(crate) fn id_of(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}
