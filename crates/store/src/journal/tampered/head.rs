//! The oldest entries taken away.

use super::*;

fn without_its_beginning(packed: bool, parts: usize) -> (Kept, u64) {
    let kept = kept();
    if packed {
        kept.archive();
    }
    let firsts = segment::list(&kept.journal()).unwrap();
    for first in &firsts[..parts] {
        let plain = segment::path(&kept.journal(), *first);
        let archive = segment::archive_path(&kept.journal(), *first);
        assert_eq!(archive.exists(), packed);
        std::fs::remove_file(if packed { archive } else { plain }).unwrap();
    }
    (kept, firsts[parts])
}

#[test]
fn a_journal_without_its_beginning_is_not_whole() {
    for packed in [false, true] {
        let (kept, begin) = without_its_beginning(packed, 2);
        assert!(begin > 100, "a checkpoint goes with them: {begin}");
        let found = kept.examined();
        assert_eq!(found.findings, [Finding::CutHead { to: begin - 1 }]);
        let told = found.findings[0].to_string();
        let want = format!(
            "entries 1 to {} are missing: the journal begins at entry {begin}",
            begin - 1
        );
        assert_eq!(told, want);
        let numbers = |of: &[Checkpoint]| of.iter().map(|c| c.number).collect::<Vec<_>>();
        let (gone, left): (Vec<u64>, Vec<u64>) =
            [100, 200, 300, 400].iter().partition(|n| **n < begin - 1);
        assert_eq!(numbers(&found.unchecked), gone);
        assert_eq!(numbers(&found.good), left);
        let out = kept.dir.path().join("out");
        let refused = crate::export(kept.dir.path(), AT, AT, &out, &mut |_| Ok(()));
        assert!(matches!(refused, Err(crate::ExportError::NotWhole(_))));
    }
}

const AT: Time = Time::from_ms(1_784_000_350_000);

#[test]
fn a_damaged_head_hides_no_missing_beginning() {
    let (kept, begin) = without_its_beginning(false, 1);
    flip(&segment::path(&kept.journal(), begin), 20, 1);
    let found = kept.examined().findings;
    assert_eq!(found[0], Finding::CutHead { to: begin - 1 });
    assert!(
        matches!(found[1], Finding::Changed { record, .. } if record == begin),
        "{found:?}"
    );
}
