//! Modules that attack the host: those of `tests/hostile`, what stands beside them on the same
//! host, and modules made at random.

mod beside;
mod engine;
mod generated;
mod load;
mod requests;

use verbatim_tests::hostile;

#[test]
fn every_hostile_module_ends_as_expected() {
    let modules = hostile::all();
    assert!(modules.len() >= 80, "{} modules", modules.len());
    let mut wrong = String::new();
    for module in modules {
        let found = module.outcome();
        if !module.meets(&found) {
            let (name, expected) = (&module.name, &module.expected);
            wrong.push_str(&format!("\n{name}\nexpected {expected:#?}\nfound    {found:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_hostile_module_stands_in_the_table_of_threats() {
    let page = include_str!("../../../SECURITY.md");
    let missing: Vec<_> = hostile::all()
        .into_iter()
        .map(|module| format!("`{}`", module.name))
        .filter(|name| !page.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "SECURITY.md does not name {missing:?}");
}
