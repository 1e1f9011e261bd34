//! The pages before sign-in, and those that say that something did not work.

use super::{HOSTILE, Sample, outside, page};
use crate::accounts::{
    AcceptInvitationPage, InvitationForm, InvitationGonePage, LoginPage, RegisterForm, RegisterPage,
};
use crate::chrome::{Flash, Outside};
use crate::forms::Field;
use crate::text::Role;
use crate::trouble::TroublePage;

pub(super) fn pages() -> Vec<Sample> {
    let login = LoginPage {
        outside: outside(),
        email: Field::default(),
        password: Field::default(),
        next: "/campaigns".into(),
    };
    let refused_login = LoginPage {
        outside: Outside {
            flash: Some(Flash::bad("Invalid email or password")),
            ..outside()
        },
        email: Field::of("amelie@atelier-laurent.example"),
        ..login.clone()
    };
    let register = RegisterPage {
        outside: outside(),
        form: RegisterForm::default(),
    };
    let refused_register = RegisterPage {
        outside: Outside {
            flash: Some(Flash::bad("Email already registered")),
            ..outside()
        },
        form: RegisterForm {
            company_name: Field::refused("A", "String should have at least 2 characters"),
            company_email: Field::of("hello@atelier-laurent.example"),
            email: Field::refused(
                "amelie@",
                "value is not a valid email address: it ends after the @-sign",
            ),
            password: Field::refused("", "Password must contain at least one number"),
            first_name: Field::of(HOSTILE),
            ..RegisterForm::default()
        },
    };
    let invitation = AcceptInvitationPage {
        outside: outside(),
        token: "token-sample".into(),
        tenant_name: HOSTILE.into(),
        email: "jonas@atelier-laurent.example".into(),
        role: Role::Member,
        form: InvitationForm::default(),
    };
    vec![
        page("login", login),
        page("login-refused", refused_login),
        page("register", register),
        page("register-refused", refused_register),
        page("invitation", invitation),
        page("invitation-gone", InvitationGonePage { outside: outside() }),
        page(
            "trouble-400",
            TroublePage::bad_request("The form had run out. Reload the page and send it again."),
        ),
        page(
            "trouble-403",
            TroublePage::forbidden("Insufficient permissions. Required: owner, admin"),
        ),
        page(
            "trouble-suspended",
            TroublePage::forbidden("Account suspended. Please contact support.")
                .with_logout("csrf-sample"),
        ),
        page("trouble-404", TroublePage::not_found()),
        page("trouble-405", TroublePage::method_not_allowed()),
        page(
            "trouble-413",
            TroublePage::too_large(256).with_retry("/campaigns/c1/import"),
        ),
        page("trouble-429", TroublePage::throttled(240)),
        page(
            "trouble-500",
            TroublePage::internal()
                .with_request_id("0193…e7a1")
                .with_retry("/"),
        ),
        page("trouble-503", TroublePage::unavailable().with_retry("/")),
    ]
}
