//! Where the values of tokens come from.

use crate::Kind;

/// Looks up the value of a token. An empty string is a value.
pub trait Values {
    /// The value that is stored under exactly this kind and name.
    fn get(&self, kind: Kind, name: &str) -> Option<&str>;

    /// The value of a token. A variant's attribute is looked up as written and then without a
    /// leading `variant_`: real projects write `${variant_opening_hours}` for `opening_hours`.
    fn value(&self, kind: Kind, name: &str) -> Option<&str> {
        self.get(kind, name).or_else(|| match kind {
            Kind::Variant => self.get(kind, name.strip_prefix("variant_")?),
            Kind::Entity | Kind::Variable | Kind::Translation => None,
        })
    }
}

/// A short list: kind, name, value.
impl Values for [(Kind, &str, &str)] {
    fn get(&self, kind: Kind, name: &str) -> Option<&str> {
        self.iter().find(|(k, n, _)| *k == kind && *n == name).map(|&(_, _, value)| value)
    }
}

/// No values at all.
impl Values for () {
    fn get(&self, _: Kind, _: &str) -> Option<&str> {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::{Missing, Template};

    #[test]
    fn where_there_are_no_values_each_is_missing() {
        let template = Template::new("Hi ${name}").unwrap();
        assert_eq!(template.render(&(), Missing::Keep).unwrap(), "Hi ${name}");
        assert!(template.render(&(), Missing::Refuse).is_err());
    }
}
