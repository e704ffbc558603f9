//! Keys that are laid beside a journal by somebody else, and keys that follow one another.

use super::*;
use crate::{Until, backup, restore};

/// What a forger without the key does: lays a public key there and a checkpoint of his own under it.
fn plant(folder: &Path, number: u64) -> String {
    let his = TempDir::new().unwrap();
    let mut notary = Notary::open(his.path()).unwrap();
    let place = Position {
        number,
        hash: [7; 32],
    };
    let forged = notary.sign(place, Time::from_ms(1_795_000_000_000));
    let line = serde_json::to_string(&forged.unwrap().unwrap()).unwrap();
    let id = notary.public().id().to_owned();
    let name = format!("{id}.pub");
    std::fs::copy(his.path().join(&name), folder.join(&name)).unwrap();
    let path = folder.join("checkpoints.jsonl");
    let text = std::fs::read_to_string(&path).unwrap() + &line + "\n";
    std::fs::write(&path, text).unwrap();
    id
}

fn is_foreign(finding: &Finding, by: &str) -> bool {
    matches!(finding, Finding::Foreign { key, .. } if key == by)
}

#[test]
fn a_key_that_merely_lies_there_is_nobodys() {
    let (kept, elsewhere) = (kept(), TempDir::new().unwrap());
    let folder = kept.dir.path().join(FOLDER);
    let his = plant(&folder, 9_000);
    let found = kept.examined();
    assert_eq!(found.good.len(), 4);
    assert!(
        found.findings.len() == 1 && is_foreign(&found.findings[0], &his),
        "and it cuts no tail: {:?}",
        found.findings
    );
    let newest = hand_out(&folder, elsewhere.path()).unwrap();
    assert_eq!(newest.number, LAST, "the newest of ours");
    let handed = Keyring::in_folder(elsewhere.path()).unwrap();
    assert!(handed.get(&his).is_none() && handed.iter().count() == 1);
    // It does not keep us from signing what comes next.
    let notary = Notary::open(&folder).unwrap();
    assert!(notary.is_due(LAST + 100_000));
    // Nor does it stop proofs.
    let out = kept.dir.path().join("out");
    let (from, to) = (Time::from_ms(0), Time::from_ms(1_800_000_000_000));
    let done = crate::export(kept.dir.path(), from, to, &out, &mut |_| Ok(()));
    assert_eq!(done.unwrap().last, LAST);
}

#[test]
fn keys_kept_elsewhere_judge_what_lies_beside_the_journal_too() {
    let (kept, elsewhere, other) = (kept(), TempDir::new().unwrap(), self::kept());
    hand_out(&other.dir.path().join(FOLDER), elsewhere.path()).unwrap();
    let ring = Keyring::in_folder(elsewhere.path()).unwrap();
    let found = examine(kept.dir.path(), &[], Some(&ring)).unwrap();
    assert_eq!(found.good, []);
    assert_eq!(found.findings.len(), 4, "none is by that key: {found:?}");
}

#[test]
fn a_restored_folder_gets_a_key_that_vouches_for_the_one_before() {
    let (kept, copy, again) = (kept(), TempDir::new().unwrap(), TempDir::new().unwrap());
    backup(kept.dir.path(), copy.path()).unwrap();
    let his = plant(&copy.path().join(FOLDER), 50);
    let found = examine(copy.path(), &[], None).unwrap();
    assert_eq!(found.good.len(), 4, "a copy names the key that signed");
    assert!(is_foreign(&found.findings[0], &his));

    restore(copy.path(), again.path(), Until::End, &mut |_| Ok(())).unwrap();
    let folder = again.path().join(FOLDER);
    let mut notary = Notary::open(&folder).unwrap();
    let place = examine(again.path(), &[], None).unwrap().chain.end;
    notary
        .sign(place, Time::from_ms(1_796_000_000_000))
        .unwrap()
        .unwrap();
    let found = examine(again.path(), &[], None).unwrap();
    assert_eq!(found.good.len(), 5, "its own, and those before it");
    assert!(found.findings.len() == 1 && is_foreign(&found.findings[0], &his));

    // The keys that were handed out before know nothing of the new one; those handed out now know both.
    let (then, now) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    hand_out(&kept.dir.path().join(FOLDER), then.path()).unwrap();
    hand_out(&folder, now.path()).unwrap();
    for (handed, good) in [(then, 4), (now, 5)] {
        let ring = Keyring::in_folder(handed.path()).unwrap();
        let found = examine(again.path(), &[], Some(&ring)).unwrap();
        assert_eq!(found.good.len(), good);
        assert!(ring.get(&his).is_none());
    }
    assert!(
        hand_out(&copy.path().join(FOLDER), copy.path()).is_err(),
        "a copy hands out nothing"
    );
}

#[test]
fn an_old_copy_has_the_key_that_signed_first() {
    let kept = kept();
    let folder = kept.dir.path().join(FOLDER);
    for name in ["key", "signer"] {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    let his = plant(&folder, 9_000);
    let found = kept.examined();
    assert_eq!(found.good.len(), 4);
    assert!(found.findings.len() == 1 && is_foreign(&found.findings[0], &his));
}
