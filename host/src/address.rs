//! Addresses that secrets may travel to: by https, or no further than this machine.

use std::net::IpAddr;

use reqwest::Url;

/// Reads an address to which a secret may go: https, or http to this machine; without a user name,
/// a password and a fragment.
///
/// # Errors
/// What was expected.
pub fn secure(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("expected an address: {error}"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => return Err("expected an https address, or http to this machine".to_owned()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("expected an address without a user name and a password".to_owned());
    }
    if url.fragment().is_some() {
        return Err("expected an address without `#`".to_owned());
    }
    Ok(url)
}

/// Whether it is an address of this machine, which no proxy can reach.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_by_https_or_stay_on_the_machine() {
        for (url, fine) in [
            ("https://sms.example.com", true),
            ("https://sms.example.com:8443/verbatim?token=x", true),
            ("http://127.0.0.1:8470", true),
            ("http://[::1]:8470", true),
            ("http://localhost", true),
            ("http://sms.example.com", false),
            ("http://localhost.example.com", false),
            ("http://10.0.0.1", false),
            ("http://169.254.169.254/latest/meta-data", false),
            ("ftp://127.0.0.1", false),
            ("file:///etc/passwd", false),
            ("https://me:secret@sms.example.com", false),
            ("https://sms.example.com/#x", false),
            ("sms.example.com", false),
        ] {
            assert_eq!(secure(url).is_ok(), fine, "{url}");
        }
    }

    #[test]
    fn an_address_of_this_machine_is_known_by_its_name_or_number() {
        for (url, loopback) in [
            ("http://127.0.0.1:1/", true),
            ("http://localhost/", true),
            ("http://[::1]:5/", true),
            ("https://api.twilio.com/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(&url.parse().expect("a URL")), loopback, "{url}");
        }
    }
}
