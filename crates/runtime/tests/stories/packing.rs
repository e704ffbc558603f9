//! The law of packing: how inputs were cut into submissions and commits, and on whose thread, changes
//! no decision and no record of one.

use crate::support::*;
use model::config::Clock;
use proptest::prelude::*;
use runtime::{Draft, Item, start};

/// What one way of cutting leads to.
struct Outcome {
    records: Vec<(u8, Vec<u8>)>,
    /// Chain hash at the end; absent where counts, which follow the packing, are chained too.
    chain: Option<[u8; 32]>,
    hash: String,
    transitions: Vec<model::view::TransitionView>,
}

async fn play(drafts: &[Draft], cuts: &[usize], wait: &[bool], hand: bool) -> Outcome {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(
        dir.path(),
        Clock::Feed,
        vec![county("A", 3, 7 * MINUTE)],
    ))
    .await
    .unwrap();
    let site = if hand { by_hand(site) } else { site };
    let (mut rest, mut receipts) = (drafts, Vec::new());
    for (n, cut) in cuts.iter().chain([usize::MAX].iter()).enumerate() {
        let (now, later) = rest.split_at((*cut).min(rest.len()));
        rest = later;
        let items = now.iter().map(|d| Item::Reading(*d)).collect();
        let receipt = site.inbox.readings(0, items).await.unwrap();
        if wait.get(n).copied().unwrap_or(true) {
            receipt.await.unwrap();
        } else {
            receipts.push(receipt);
        }
    }
    for receipt in receipts {
        receipt.await.unwrap();
    }
    let (hash, transitions) = (hash(&site).await, transitions(&site).await);
    site.stop().await;
    let (records, chain) = records(dir.path());
    let last = store::Store::of(dir.path()).unwrap().verify().unwrap().last;
    Outcome {
        chain: (records.len() as u64 == last.number).then_some(chain),
        records,
        hash,
        transitions,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn cutting_inputs_otherwise_changes_nothing(
        steps in prop::collection::vec((0u32..3, 1i64..9, 800i64..1400, any::<bool>()), 1..120),
        repeating in any::<bool>(),
        cuts in prop::collection::vec(0usize..12, 0..40),
        wait in prop::collection::vec(any::<bool>(), 0..40),
        hand in any::<bool>(),
    ) {
        let mut now = 0;
        let mut drafts: Vec<Draft> = Vec::new();
        for (gauge, step, value, repeat) in steps {
            now += step;
            match drafts.last() {
                Some(last) if repeat && repeating => {
                    drafts.push(*last);
                }
                Some(_) | None => drafts.push(reading(gauge, now, value)),
            }
        }
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (whole, cut) = tokio.block_on(async {
            (play(&drafts, &[], &[], false).await, play(&drafts, &cuts, &wait, hand).await)
        });
        prop_assert_eq!(&whole.hash, &cut.hash);
        prop_assert_eq!(&whole.transitions, &cut.transitions);
        prop_assert!(whole.records == cut.records, "the same records in the same order");
        prop_assert!(repeating || whole.chain.is_some(), "without repeats nothing is tallied");
        if let (Some(whole), Some(cut)) = (whole.chain, cut.chain) {
            prop_assert_eq!(whole, cut);
        }
    }
}
