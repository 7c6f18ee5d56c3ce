//! `connect_to:` of the project's file: the addresses of a host, in place of those in the DNS.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use crate::load::project::address;
use crate::load::project::scope::Scope;
use crate::load::project::variable::Variables;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::node::Node;

/// The addresses of one host, as they are written: one, or a list.
#[derive(Clone, Debug)]
pub struct ConnectTo(Vec<String>);

impl<'de> Deserialize<'de> for ConnectTo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;
        impl<'de> Visitor<'de> for OneOrMore {
            type Value = ConnectTo;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an address with a port, or a list of them")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ConnectTo, E> {
                Ok(ConnectTo(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ConnectTo, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element()? {
                    all.push(one);
                }
                match all.is_empty() {
                    true => Err(de::Error::invalid_length(0, &self)),
                    false => Ok(ConnectTo(all)),
                }
            }
        }
        deserializer.deserialize_any(OneOrMore)
    }
}

impl JsonSchema for ConnectTo {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ConnectTo".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 }
            ]
        })
    }
}

/// The addresses of each host. Reports what is not a host, or not an address with a port.
pub(crate) fn connect_to(
    read: &BTreeMap<String, Spanned<ConnectTo>>,
    variables: &Variables<'_>,
    scope: &mut Scope<'_>,
) -> BTreeMap<String, Vec<SocketAddr>> {
    let root = scope.node;
    let mut all = BTreeMap::new();
    for entry in root.get("connect_to").map_or(&[][..], Node::entries) {
        if !address::is_host(&entry.key) {
            let message = format!("`{}` is not a host name", entry.key);
            let help = "write it like `addon.example.com` or `addon.example.com:443`";
            scope.report(Code::BadConnectTo, &entry.key_span, message, help);
        }
        if let Some(to) = read.get(&entry.key) {
            all.insert(entry.key.clone(), addresses(to, variables, scope));
        }
    }
    all
}

fn addresses(
    to: &Spanned<ConnectTo>,
    variables: &Variables<'_>,
    scope: &mut Scope<'_>,
) -> Vec<SocketAddr> {
    let mut all = Vec::new();
    for text in &to.value.0 {
        let written = Spanned { value: text.clone(), span: to.span.clone() };
        let before = scope.diagnostics.mark();
        let filled = variables.fill(&written, scope);
        match filled.trim().parse() {
            Ok(address) => all.push(address),
            // A variable without a value has been reported already.
            Err(_) if !scope.diagnostics.is_clean_since(before) => {}
            Err(_) => {
                let message = format!("`{text}` is not an IP address with a port");
                let help = "write numbers, such as `127.0.0.1:8443`";
                scope.report(Code::BadConnectTo, &to.span, message, help);
            }
        }
    }
    all
}
