//! The organizations service: reads a tree of units and accounts that tests build. Changes
//! nothing.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    call::{Call, Input, Outcome, Reply, ServiceError, Touched},
    json::{self, constraint},
    token,
    world::World,
};

/// The id of the organization.
pub const ID: &str = "o-local00000";
/// Also the size of a page when none is asked for.
const MAX_RESULTS: usize = 20;

/// The organization, if there is one.
#[derive(Debug, Default)]
pub struct State {
    tree: Option<Tree>,
    /// A page may come with fewer accounts than asked for, even none, and a token.
    pub sends_empty_pages: bool,
    /// Accounts have a `State` only, as AWS has announced it; until then they have both.
    pub is_status_retired: bool,
}

#[derive(Debug)]
struct Tree {
    management_account: String,
    root: String,
    /// Name and parent by id.
    units: BTreeMap<String, (String, String)>,
    accounts: BTreeMap<String, Account>,
}

/// A member account.
#[derive(Debug, Clone)]
pub struct Account {
    pub name: String,
    /// The root or a unit.
    pub parent: String,
    /// `ACTIVE`, `SUSPENDED` or `PENDING_CLOSURE`, as `Status` and as `State`.
    pub status: &'static str,
}

impl State {
    /// Makes `management_account` the head of an organization and returns the root's id.
    pub fn create(&mut self, management_account: &str) -> String {
        let root = "r-loc1".to_owned();
        self.tree = Some(Tree {
            management_account: management_account.to_owned(),
            root: root.clone(),
            units: BTreeMap::new(),
            accounts: BTreeMap::new(),
        });
        self.add_account(management_account, "management", &root, "ACTIVE");
        root
    }

    /// Adds a unit below the root or another unit and returns its id.
    pub fn add_unit(&mut self, name: &str, parent: &str) -> Option<String> {
        let tree = self.tree.as_mut()?;
        let id = format!("ou-loc1-{:08x}", tree.units.len() + 1);
        tree.units.insert(id.clone(), (name.to_owned(), parent.to_owned()));
        Some(id)
    }

    pub fn add_account(&mut self, id: &str, name: &str, parent: &str, status: &'static str) {
        if let Some(tree) = &mut self.tree {
            let account = Account { name: name.to_owned(), parent: parent.to_owned(), status };
            tree.accounts.insert(id.to_owned(), account);
        }
    }

    /// The id of the organization, if the account is in it.
    pub fn of(&self, account: &str) -> Option<&'static str> {
        let tree = self.tree.as_ref()?;
        tree.accounts.contains_key(account).then_some(ID)
    }
}

impl State {
    fn show_account(&self, tree: &Tree, id: &str, account: &Account) -> Value {
        let mut shown = json!({
            "Id": id,
            "Arn": tree.arn("account", id),
            "Email": format!("{}@example.com", account.name),
            "Name": account.name,
            "State": account.status,
            "JoinedMethod": "CREATED",
        });
        if !self.is_status_retired {
            shown["Status"] = json!(account.status);
        }
        shown
    }
}

/// Answers one call.
pub fn handle(world: &mut World, mut call: Call) -> Outcome {
    let state = &world.organization;
    let tree = state.tree.as_ref().ok_or_else(|| {
        ServiceError::client(
            "AWSOrganizationsNotInUseException",
            "Your account is not a member of an organization.",
        )
    })?;
    // Only the management account may read the tree; members are told no more than this.
    if tree.management_account != call.account {
        let refused = "You don't have permissions to access this resource.";
        return Err(ServiceError::client("AccessDeniedException", refused));
    }
    match call.operation.as_str() {
        "ListAccountsForParent" => list_accounts(state, tree, &mut call),
        "ListOrganizationalUnitsForParent" => list_units(state, tree, &mut call),
        "ListRoots" => list_roots(tree, &mut call),
        "DescribeAccount" => describe_account(state, tree, &mut call),
        other => Err(ServiceError::unknown_operation(other)),
    }
}

/// The unit, the root or the account that a call names. What names none knows no resources. See
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html>.
pub fn resources(world: &mut World, call: &Call) -> Vec<Touched> {
    let Some(tree) = &world.organization.tree else { return Touched::everything() };
    let Input::Json(members) = &call.input else { return Touched::everything() };
    let named = |member: &str| members.get(member).and_then(Value::as_str);
    let arn = match (named("ParentId"), named("AccountId")) {
        (Some(root), _) if root.starts_with("r-") => tree.arn("root", root),
        (Some(unit), _) => tree.arn("ou", unit),
        (None, Some(account)) => tree.arn("account", account),
        (None, None) => return Touched::everything(),
    };
    vec![Touched { arn, ..Touched::default() }]
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListForParent {
    parent_id: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

fn list_accounts(state: &State, tree: &Tree, call: &mut Call) -> Outcome {
    let input: ListForParent = json::input(call)?;
    tree.check_parent(&input.parent_id)?;
    let accounts = tree
        .accounts
        .iter()
        .filter(|(_, account)| account.parent == input.parent_id)
        .map(|(id, account)| (id.as_str(), state.show_account(tree, id, account)));
    page(state, "Accounts", accounts, input.max_results, input.next_token.as_deref())
}

fn list_units(state: &State, tree: &Tree, call: &mut Call) -> Outcome {
    let input: ListForParent = json::input(call)?;
    tree.check_parent(&input.parent_id)?;
    let units = tree.units.iter().filter(|(_, (_, parent))| *parent == input.parent_id).map(
        |(id, (name, _))| {
            let arn = tree.arn("ou", id);
            (id.as_str(), json!({ "Id": id, "Arn": arn, "Name": name }))
        },
    );
    page(state, "OrganizationalUnits", units, input.max_results, input.next_token.as_deref())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListRoots {}

fn list_roots(tree: &Tree, call: &mut Call) -> Outcome {
    let ListRoots {} = json::input(call)?;
    let arn = tree.arn("root", &tree.root);
    let root = json!({ "Id": tree.root, "Arn": arn, "Name": "Root", "PolicyTypes": [] });
    Ok(Reply::Json(json!({ "Roots": [root] })))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DescribeAccount {
    account_id: String,
}

fn describe_account(state: &State, tree: &Tree, call: &mut Call) -> Outcome {
    let input: DescribeAccount = json::input(call)?;
    let account = tree.accounts.get(&input.account_id).ok_or_else(|| {
        let missing = "You specified an account that doesn't exist.";
        ServiceError::client("AccountNotFoundException", missing)
    })?;
    Ok(Reply::Json(json!({ "Account": state.show_account(tree, &input.account_id, account) })))
}

impl Tree {
    fn arn(&self, kind: &str, id: &str) -> String {
        format!("arn:aws:organizations::{}:{kind}/{ID}/{id}", self.management_account)
    }

    fn check_parent(&self, id: &str) -> Result<(), ServiceError> {
        if id == self.root || self.units.contains_key(id) {
            return Ok(());
        }
        let is_id = id.starts_with("r-") || id.starts_with("ou-");
        Err(if is_id {
            let missing = "You specified parent that doesn't exist.";
            ServiceError::client("ParentNotFoundException", missing)
        } else {
            let invalid = "You provided a value that does not match the required pattern.";
            ServiceError::client("InvalidInputException", invalid)
        })
    }
}

/// One page of values that come in the order of their ids.
fn page<'a>(
    state: &State,
    member: &str,
    values: impl Iterator<Item = (&'a str, Value)>,
    limit: Option<usize>,
    next_token: Option<&str>,
) -> Outcome {
    let limit = limit.unwrap_or(MAX_RESULTS);
    if !(1..=MAX_RESULTS).contains(&limit) {
        return Err(constraint(&limit.to_string(), "maxResults", "have value between 1 and 20"));
    }
    let after = match next_token {
        None => None,
        Some(text) => Some(token::open(text).ok_or_else(|| {
            ServiceError::client("InvalidInputException", "You provided an invalid NextToken.")
        })?),
    };
    if state.sends_empty_pages && after.is_none() {
        return Ok(Reply::Json(json!({ member: [], "NextToken": token::seal("") })));
    }
    let after = after.unwrap_or_default();
    let mut rest = values.filter(|(id, _)| *id > after.as_str());
    let shown: Vec<(&str, Value)> = rest.by_ref().take(limit).collect();
    let next = shown.last().filter(|_| rest.next().is_some()).map(|(id, _)| token::seal(id));
    let values: Vec<Value> = shown.into_iter().map(|(_, value)| value).collect();
    let mut reply = json!({ member: values });
    if let Some(next) = next {
        reply["NextToken"] = json!(next);
    }
    Ok(Reply::Json(reply))
}
