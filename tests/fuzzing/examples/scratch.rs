//! scratch
#[global_allocator]
static A: holdfast_fuzzing::memory::Counting = holdfast_fuzzing::memory::Counting;
use holdfast_fuzzing::{
    corpus,
    mutate::{Dice, mutate},
};
fn main() {
    let t = std::env::args().nth(1).unwrap();
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let seed: u64 = std::env::args().nth(3).unwrap().parse().unwrap();
    let ins = corpus::inputs(&t).unwrap();
    let of: Vec<Vec<u8>> = ins.iter().map(|x| x.1.clone()).collect();
    let mut d = Dice::new(seed);
    let mut all: Vec<(String, Vec<u8>)> =
        ins.into_iter().map(|(p, b)| (p.file_name().unwrap().to_string_lossy().into_owned(), b)).collect();
    all.extend((0..n).map(|i| (format!("m{i}"), mutate(&of, &mut d))));
    for (name, b) in all {
        let s = std::time::Instant::now();
        let r = std::panic::catch_unwind(|| holdfast_fuzzing::run(&t, &b));
        let el = s.elapsed().as_millis();
        if r.is_err() || el > 500 {
            eprintln!("  ^^ {name} {el}ms: {}", String::from_utf8_lossy(&b[..b.len().min(300)]));
        }
    }
}
