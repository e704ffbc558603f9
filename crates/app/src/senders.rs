//! The ways to reach people, put together from the site's files.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use api::{PhoneBook, PhoneRequest};
use links::senders::push::{Keys, Subscription};
use links::senders::{Contact, Contacts, Reach, Senders, Setup, Subscriptions};
use model::PersonId;
use model::config::Clock;
use site::Site;

/// Senders with the site's gateways; a site that is made up, or whose time is, reaches nobody real.
pub(crate) fn senders(data: &Path, site: &Site) -> anyhow::Result<Senders> {
    let kept = data.join("push");
    let senders = Senders::new(reach(site), kept.clone())
        .with_context(|| format!("could not open {}", kept.display()))?;
    senders
        .equip(setup(site))
        .context("could not set the channels up")?;
    Ok(senders)
}

/// Whom a site may reach.
pub(crate) fn reach(site: &Site) -> Reach {
    match site.clock {
        Clock::Wall if !site.demo => Reach::World,
        Clock::Wall | Clock::Feed | Clock::Scaled { .. } => Reach::Loopback,
    }
}

/// Gateways and addresses as the files say now.
pub(crate) fn setup(site: &Site) -> Setup {
    let mut contacts = Contacts::new();
    for jurisdiction in &site.jurisdictions {
        for contact in &jurisdiction.contacts {
            let reached = Contact {
                name: contact.name.clone(),
                phone: contact.phone.clone(),
                mail: contact.mail.clone(),
                speaker: contact.speaker.clone(),
            };
            contacts.add(&jurisdiction.config.code, contact.person.clone(), reached);
        }
    }
    Setup {
        gateways: site.channels.clone(),
        contacts,
    }
}

/// The phones of the senders, as the API notes them.
pub(crate) struct Phones {
    pub(crate) subscriptions: Arc<Subscriptions>,
    pub(crate) reach: Reach,
}

impl PhoneBook for Phones {
    fn key(&self) -> String {
        self.subscriptions.public_key()
    }

    fn note(
        &self,
        jurisdiction: &str,
        person: &PersonId,
        phone: PhoneRequest,
    ) -> Result<(), String> {
        let subscription = Subscription {
            endpoint: phone.endpoint,
            keys: Keys {
                p256dh: phone.p256dh,
                auth: phone.auth,
            },
        };
        self.subscriptions
            .subscribe(jurisdiction, person, subscription, self.reach)
            .map_err(|why| why.to_string())
    }

    fn forget(&self, endpoint: &str) {
        self.subscriptions.forget(endpoint);
    }
}
