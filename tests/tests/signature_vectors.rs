//! Twilio's own packages judge what we sign, and we judge what they sign, on thousands of generated
//! webhooks: repeated names, empty values, every script, ports, queries, raw bodies with their
//! hash, both algorithms; and none takes a signature that is wrong.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use verbatim_host::twilio::signature::{
    Algorithm, Claimed, Keys, Payload, SharedKey, is_valid, sign_by,
};
use verbatim_tests::oracle::python;

/// Webhooks for each package.
const CASES: usize = 3_000;
const KEY: &str = "webhooks_sharedkey_1";

/// A webhook, as the packages get it.
#[derive(Debug, Serialize)]
struct Case {
    secret: String,
    url: String,
    parameters: Option<Vec<(String, String)>>,
    body: Option<String>,
    settings: Option<String>,
    /// Ours, and then wrong ones.
    signatures: Vec<String>,
    #[serde(skip)]
    algorithm: Algorithm,
}

#[derive(Debug, Deserialize)]
struct Answer {
    signature: String,
    accepts: Vec<bool>,
}

/// `SplitMix64`: the same cases on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).expect("it is below a usize")
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn text(&mut self, alphabet: &[&str], most: usize) -> String {
        (0..self.below(most + 1)).map(|_| self.pick(alphabet)).collect()
    }
}

/// Without characters beyond U+FFFF beside those from U+E000 on: Node orders by UTF-16, where the
/// former come first, Python and we by code point.
const SCRIPTS: [&str; 18] =
    ["a", "B", "0", " ", "+", "&", "=", "%", "\"", "\\", "\n", "é", "ß", "Ж", "你", "ا", "€", "👋"];
const NAMES: [&str; 12] =
    ["Body", "From", "To", "a", "A", "aa", "a.b", "Z", "Ünïcode", "MessageSid", "x y", "0"];

fn case(random: &mut Random, algorithm: Algorithm) -> Case {
    let scheme = random.pick(&["https", "http"]);
    let host =
        random.pick(&["example.com", "sms.example.com", "xn--bcher-kva.example", "10.0.0.1"]);
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let port = random.pick(&["", "", default_port, ":8443"]);
    let path = random.pick(&["/", "/a", "/twilio/inbound", "/a/b.php", "/%C3%BC/x%20y"]);
    let query = random.pick(&["", "", "?a=1&b=2", "?a=&b", "?q=%C3%A9%20+", "?a=1&a=2"]);
    let mut url = format!("{scheme}://{host}{port}{path}{query}");
    let secret = format!("token-{}", random.text(&["a", "1", "é", "_"], 20));
    let is_raw = random.below(4) == 0;
    let (parameters, body) = if is_raw {
        let body = format!("{{\"text\": \"{}\"}}", random.text(&SCRIPTS, 30));
        let hash: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
        url.push_str(if query.is_empty() { "?" } else { "&" });
        url.push_str(&format!("bodySHA256={hash}"));
        (None, Some(body))
    } else {
        let many = random.below(8);
        let pair =
            |random: &mut Random| (random.pick(&NAMES).to_owned(), random.text(&SCRIPTS, 12));
        (Some((0..many).map(|_| pair(random)).collect::<Vec<_>>()), None)
    };
    let settings = match algorithm {
        Algorithm::HmacSha1 => None,
        Algorithm::HmacSha256 => Some(format!("key={KEY},algorithm=HMAC_SHA256")),
    };
    let mut case =
        Case { secret, url, parameters, body, settings, signatures: Vec::new(), algorithm };
    case.signatures = vec![
        case.sign(&case.secret, &case.url),
        case.sign(&format!("{}x", case.secret), &case.url),
        case.sign(&case.secret, &format!("{}x", case.url)),
        case.with_another_parameter(),
        flipped(&case.sign(&case.secret, &case.url)),
        String::new(),
    ];
    case
}

/// A signature with its first character changed.
fn flipped(signature: &str) -> String {
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{first}{}", &signature[1..])
}

impl Case {
    fn payload(&self) -> Payload<'_> {
        match (&self.parameters, &self.body) {
            (Some(parameters), _) => Payload::Form(parameters),
            (None, body) => Payload::Raw(body.as_deref().unwrap_or_default().as_bytes()),
        }
    }

    fn sign(&self, secret: &str, url: &str) -> String {
        sign_by(self.algorithm, &SecretString::from(secret), url, &self.payload())
    }

    fn with_another_parameter(&self) -> String {
        let mut parameters = self.parameters.clone().unwrap_or_default();
        parameters.push(("Extra".to_owned(), String::new()));
        let payload = Payload::Form(&parameters);
        sign_by(self.algorithm, &SecretString::from(self.secret.as_str()), &self.url, &payload)
    }

    fn is_valid(&self, signature: &str) -> bool {
        let secret = SecretString::from(self.secret.as_str());
        let shared = SharedKey { id: KEY.to_owned(), secret: secret.clone() };
        let keys = match self.algorithm {
            Algorithm::HmacSha1 => Keys { tokens: vec![secret], shared: Vec::new() },
            Algorithm::HmacSha256 => Keys { tokens: Vec::new(), shared: vec![shared] },
        };
        let claimed = Claimed {
            url: &self.url,
            payload: self.payload(),
            signature: Some(signature),
            settings: self.settings.as_deref(),
        };
        is_valid(&claimed, &keys)
    }
}

/// What a package says of each case.
fn judge(program: &Path, script: &str, cases: &[Case]) -> Vec<Answer> {
    let script = verbatim_tests::oracle::script(script);
    let mut child = Command::new(program)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program; `cargo xtask test --only test` installs what it needs");
    let mut input = child.stdin.take().expect("its input");
    let lines: Vec<String> =
        cases.iter().map(|case| serde_json::to_string(case).expect("JSON")).collect();
    // It answers while it reads.
    let writer = std::thread::spawn(move || {
        for line in lines {
            writeln!(input, "{line}").expect("it reads");
        }
    });
    let output = child.wait_with_output().expect("its answers");
    writer.join().expect("all was written");
    assert!(output.status.success(), "{}", output.status);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("an answer")).collect()
}

fn agree(program: &Path, script: &str, algorithms: &[Algorithm]) {
    let mut random = Random(1);
    let cases: Vec<Case> =
        (0..CASES).map(|number| case(&mut random, algorithms[number % algorithms.len()])).collect();
    let answers = judge(program, script, &cases);
    assert_eq!(answers.len(), CASES);
    for (case, answer) in cases.iter().zip(answers) {
        assert_eq!(answer.signature, case.signatures[0], "{case:?}");
        assert!(case.is_valid(&answer.signature), "{case:?}");
        // A raw body has no parameters to add to, so that one is as it was signed but for a name.
        let right: Vec<bool> = (0..case.signatures.len()).map(|number| number == 0).collect();
        assert_eq!(answer.accepts, right, "{case:?}");
        let ours: Vec<bool> = case.signatures.iter().map(|one| case.is_valid(one)).collect();
        assert_eq!(ours, right, "{case:?}");
    }
}

#[test]
fn the_official_package_for_python_and_we_agree_on_every_signature() {
    agree(&python(), "signatures.py", &[Algorithm::HmacSha1, Algorithm::HmacSha256]);
}

#[test]
fn the_official_package_for_node_and_we_agree_on_every_signature() {
    agree(Path::new("node"), "signatures.mjs", &[Algorithm::HmacSha1]);
}
