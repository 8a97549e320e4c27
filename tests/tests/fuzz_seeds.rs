//! Every saved seed of the fuzz targets, without the fuzzer.

use std::fs;
use std::path::Path;

#[test]
fn every_saved_seed_passes_its_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for (name, target) in verbatim_tests::fuzz::TARGETS {
        let seeds: Vec<_> =
            fs::read_dir(folder.join(name)).unwrap().map(|seed| seed.unwrap().path()).collect();
        assert!(seeds.len() >= 5, "{name} has {} seeds", seeds.len());
        for seed in seeds {
            target(&fs::read(seed).unwrap());
        }
    }
}
