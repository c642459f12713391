//! The admin's login. Its password goes to no host but that of its own secret, or of the database
//! that RDS has made the secret for.

use shared::error::quoted_id;

use crate::{
    databases,
    engine::{Engine, Refusal},
    fault::{Code, Fault},
    hidden::Hidden,
    plan::admin::{Database, Named, check_admin_host, named_by_host, named_by_tags},
    rotate::set::Logins,
    secret::{
        document::Document,
        login::{Login, Place},
    },
    secrets,
    work::Work,
};

/// An admin who has logged in.
#[derive(Debug)]
pub struct Admin<S> {
    pub session: S,
    /// At a host that is not the secret's own, but has the same data.
    pub is_elsewhere: bool,
}

pub async fn log_in_as_admin<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    logins: &Logins,
) -> Result<Admin<E::Session>, Fault> {
    let id = logins.admin.as_deref().unwrap_or_default();
    let mut refusal = None;
    // Its rotation may have finished between our look and our login: one more look tells.
    for _ in 0..2 {
        let document = secrets::other(work.client, id).await?;
        let login = login(work, &document, id, &logins.pending.place).await?;
        let is_elsewhere = login.place.host != logins.pending.place.host;
        match engine.log_in(&login, work.budget).await {
            Ok(session) => return Ok(Admin { session, is_elsewhere }),
            Err(Refusal::WrongPassword(fault)) => refusal = Some(fault),
            Err(refusal) => return Err(refusal.into_fault().within("as the admin")),
        }
    }
    let fault = Fault::new(Code::AdminSecret, format!("the admin of `{id}` cannot log in"));
    Err(match refusal {
        Some(refusal) => fault.with_source(refusal),
        None => fault,
    })
}

/// `place` is where the secret's own user logs in.
async fn login(
    work: &Work<'_>,
    document: &Document,
    id: &str,
    place: &Place,
) -> Result<Login, Fault> {
    let admin = |err| Fault::new(Code::AdminSecret, format!("the secret `{id}`: {err}"));
    let username = document.required("username").map_err(admin)?;
    let password = Hidden::new(document.required("password").map_err(admin)?);
    let place = match document.string("host").map_err(admin)? {
        Some(host) if host.eq_ignore_ascii_case(&place.host) => place.clone(),
        Some(host) => {
            let port = crate::secret::login::port(document).map_err(admin)?;
            let port = port.unwrap_or(place.port);
            check_other_host(work, id, &host, &place.host).await?;
            place.at(&host, port)
        }
        None => managed_place(work, id, place).await?,
    };
    Ok(Login { place, username, password })
}

/// Both secrets name a host, and RDS says whether these are a database and its replica.
async fn check_other_host(work: &Work<'_>, id: &str, host: &str, own: &str) -> Result<(), Fault> {
    let admins = look_up(work, &named_by_host(host)).await?.filter(|admins| admins.has_host(host));
    let Some(admins) = admins else {
        let what = format!(
            "the admin's secret `{id}` is for the host `{}`, not `{}`, and RDS knows no such host",
            quoted_id(host),
            quoted_id(own)
        );
        return Err(Fault::new(Code::AdminHost, what));
    };
    let owns = look_up(work, &named_by_host(own)).await?;
    check_admin_host(id, &admins, own, owns.as_ref())
}

/// A master secret that RDS manages has nothing but user and password, and in its tags the database
/// that it is for.
async fn managed_place(work: &Work<'_>, id: &str, place: &Place) -> Result<Place, Fault> {
    let described = secrets::describe(work.client, id)
        .await
        .map_err(|fault| fault.recoded(Code::AdminSecret))?;
    let Some((named, arn)) = named_by_tags(&described.tags) else {
        let what = format!(
            "the admin's secret `{id}` has neither a field `host` nor the tag of RDS that names its \
             database"
        );
        return Err(Fault::new(Code::AdminHost, what));
    };
    let admins = look_up(work, &named).await?.filter(|admins| admins.arn == arn);
    let Some(admins) = admins else {
        let what = format!("the admin's secret `{id}` is for {arn}, which RDS does not know here");
        return Err(Fault::new(Code::AdminHost, what));
    };
    let own = &place.host;
    let owns = if admins.has_host(own) { None } else { look_up(work, &named_by_host(own)).await? };
    check_admin_host(id, &admins, own, owns.as_ref())?;
    if admins.writer.host.eq_ignore_ascii_case(own) {
        return Ok(place.clone());
    }
    Ok(place.at(&admins.writer.host, admins.writer.port))
}

async fn look_up(work: &Work<'_>, named: &Named) -> Result<Option<Database>, Fault> {
    let looked_up = async {
        let found = databases::look_up(work.aws, named).await;
        found.map_err(|err| Fault::from_error(Code::AdminHost, err))
    };
    // The futures of calls are large.
    work.budget.run("the look at the admin's database in RDS", Box::pin(looked_up)).await
}
