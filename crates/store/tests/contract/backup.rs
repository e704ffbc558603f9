//! A backup is files under the same chain, whatever store it was made from, and grows.

use crate::support::*;
use store::{Blobs, CopyError, Devices, Store, Until, backup, restore};

#[test]
fn a_backup_is_a_data_folder_of_files_and_grows() {
    let (dir, store) = place();
    let copy = tempfile::tempdir().unwrap();
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &rows(30_000), 900);
    let place = writer.position();
    store
        .snapshots()
        .unwrap()
        .write(place, 1, b"early")
        .unwrap();
    let blobs = Blobs::open(&dir.path().join("blobs")).unwrap();
    let seal = blobs.put(b"a dam").unwrap();

    let made = model::Time::from_ms(1);
    Devices::of(dir.path()).add("gate", None, made).unwrap();

    let first = backup(dir.path(), copy.path()).unwrap();
    assert_eq!(first.through, place);
    assert!(first.files > 1 && first.bytes > 100_000, "{first:?}");
    write(&mut writer, &rows(30_500)[30_000..], 40);
    store
        .snapshots()
        .unwrap()
        .write(writer.position(), 1, b"late")
        .unwrap();
    assert!(blobs.erase(&seal).unwrap());
    let second = backup(dir.path(), copy.path()).unwrap();
    assert_eq!(second.through, writer.position());
    let third = backup(dir.path(), copy.path()).unwrap();
    assert_eq!(third.through, second.through);

    let copied = Store::of(copy.path()).unwrap();
    assert_eq!(copied.journal_folder(), Some(copy.path().join("journal")));
    assert_eq!(copied.verify().unwrap().last, writer.position());
    let newest = copied.snapshots().unwrap().newest_valid(|_| true).unwrap();
    assert_eq!(newest.unwrap().content, b"late");
    let texts = Blobs::open(&copy.path().join("blobs")).unwrap();
    assert!(!texts.holds(&seal), "what was erased is erased there too");

    let back = tempfile::tempdir().unwrap();
    let end = restore(copy.path(), back.path(), Until::End, &mut |_| Ok(())).unwrap();
    assert_eq!(end, writer.position());
    assert_eq!(open(&Store::embedded(back.path())).unwrap().2, rows(30_500));
    let devices = |of: &tempfile::TempDir| Devices::of(of.path()).load().unwrap();
    assert_eq!(devices(&back), devices(&dir));
    assert_eq!(devices(&back).len(), 1);
}

#[test]
fn a_folder_whose_journal_is_elsewhere_is_no_backup_and_is_not_restored_over() {
    let (dir, store) = place();
    write(&mut open(&store).unwrap().0, &rows(9), 3);
    let copy = tempfile::tempdir().unwrap();
    backup(dir.path(), copy.path()).unwrap();
    let over = restore(copy.path(), dir.path(), Until::End, &mut |_| Ok(()));
    assert!(matches!(over, Err(CopyError::NotEmpty { .. })), "{over:?}");
    let into = tempfile::tempdir().unwrap();
    let from = restore(dir.path(), into.path(), Until::End, &mut |_| Ok(()));
    if database(&dir).is_some() {
        assert!(matches!(from, Err(CopyError::InTables { .. })), "{from:?}");
        // The copy holds files cut otherwise than those of the folder now would be.
        std::fs::remove_file(dir.path().join("store.json")).unwrap();
        write(
            &mut open(&Store::embedded(dir.path())).unwrap().0,
            &rows(9),
            3,
        );
        let mixed = backup(dir.path(), copy.path());
        assert!(
            matches!(mixed, Err(CopyError::OtherStore { .. })),
            "{mixed:?}"
        );
    } else {
        assert_eq!(from.unwrap().number, 9);
    }
}
