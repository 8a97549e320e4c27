mod engines;
mod timing;
use timing::*;
fn show(m: &[Measured]) {
    for e in m {
        println!("{:<24} {:>10.1} ({:.1}-{:.1}) {:.2}", e.name, e.time.median, e.time.lower_quartile, e.time.upper_quartile, e.time.median / m[0].time.median);
    }
    println!();
}
fn main() {
    use verbatim_core::*;
    println!("{} chars", engines::BODY.len());
    show(&measure(engines::parse_and_render(), 61));
    show(&measure(engines::render(), 61));
    for t in ["a".repeat(160), "a".repeat(480), "a".repeat(478)+"👋"] {
        let u = t.clone();
        show(&measure(vec![
          Contender::new("count", || count(std::hint::black_box(&t), Policy::Standard)),
          Contender::new("segments", || segments(std::hint::black_box(&t), Policy::Standard)),
          Contender::new("sms_splitter", || sms_splitter::SplitSms::default().split(u.clone())),
        ], 31));
    }
    let r = Rules::default();
    show(&measure(vec![
        Contender::new("classify stop", || classify(std::hint::black_box("STOP"), &r)),
        Contender::new("classify Unstop!", || classify(std::hint::black_box(" Unstop! "), &r)),
        Contender::new("classify other", || classify(std::hint::black_box("please stop"), &r)),
        Contender::new("classify long", || classify(std::hint::black_box("Thanks, see you tomorrow then at eight."), &r)),
    ], 31));
    let body = engines::BODY.repeat(3); let body = &body[..500];
    let names = Names{variant:Some(vec!["guest_name".into()]), entity:Some(vec!["restaurant".into()]), variable:Some(vec!["CONFIRMATION_CODE".into()]), ..Names::default()};
    let draft = Draft { title: Some("confirm"), body, names: Some(&names), campaign: Some(Campaign{links:Some(false), phone_numbers:Some(false), disclosure:true}), ..Draft::default() };
    println!("{:?}", check(&draft).diagnostics.iter().map(|d| d.code).collect::<Vec<_>>());
    show(&measure(vec![Contender::new("check", || check(std::hint::black_box(&draft)))], 31));
}
