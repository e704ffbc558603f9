//! Which stations lie within a polygon or a distance: the same answer from every store.

use crate::support::*;
use geo::{LineString, Polygon};
use model::ground::distance_mm;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use store::places::{Places, Shape, Spot};

fn place_at(id: u32, lon_e6: i32, lat_e6: i32) -> Spot {
    Spot {
        jurisdiction: "330624".to_owned(),
        id: format!("S{id:04}"),
        lon_e6,
        lat_e6,
    }
}

fn ids(places: &[Spot]) -> Vec<&str> {
    places.iter().map(|place| place.id.as_str()).collect()
}

fn polygon(points: &[(f64, f64)]) -> Shape {
    Shape::Polygon(Polygon::new(LineString::from(points.to_vec()), vec![]))
}

#[tokio::test]
async fn touching_a_border_counts_as_inside() {
    let (_dir, store) = place();
    let places = Places::open(&store).await.unwrap();
    let all = [
        place_at(1, 120_900_000, 29_500_000), // a corner
        place_at(2, 120_950_000, 29_500_000), // an edge
        place_at(3, 120_950_000, 29_550_000), // inside
        place_at(4, 120_950_000, 29_499_999), // a tenth of a metre outside
        place_at(5, 121_000_001, 29_550_000),
        place_at(6, 120_975_000, 29_575_000), // on the slanting edge
    ];
    places.replace(&all).await.unwrap();
    let square = polygon(&[(120.9, 29.5), (121.0, 29.5), (121.0, 29.6), (120.9, 29.6)]);
    let found = places.within(&square).await.unwrap();
    assert_eq!(ids(&found), ["S0001", "S0002", "S0003", "S0006"]);
    let triangle = polygon(&[(121.0, 29.55), (120.95, 29.6), (120.95, 29.55)]);
    let found = places.within(&triangle).await.unwrap();
    assert_eq!(ids(&found), ["S0003", "S0006"]);
    let hole = Shape::Polygon(Polygon::new(
        LineString::from(vec![
            (120.8, 29.4),
            (121.2, 29.4),
            (121.2, 29.8),
            (120.8, 29.8),
        ]),
        vec![LineString::from(vec![
            (120.94, 29.54),
            (120.96, 29.54),
            (120.96, 29.56),
            (120.94, 29.56),
        ])],
    ));
    let found = places.within(&hole).await.unwrap();
    assert_eq!(ids(&found), ["S0001", "S0002", "S0004", "S0005", "S0006"]);

    places.replace(&all[..1]).await.unwrap();
    assert_eq!(places.within(&square).await.unwrap(), all[..1]);
}

#[tokio::test]
async fn a_distance_is_kept_to_the_metre() {
    let (_dir, store) = place();
    let places = Places::open(&store).await.unwrap();
    let centre = [120.9, 29.5];
    let all: Vec<Spot> = (0..400)
        .map(|n| place_at(n, 120_900_000 + n as i32 * 25, 29_500_000 + n as i32 * 13))
        .collect();
    places.replace(&all).await.unwrap();
    for metres in [0, 1, 20, 333, 600, 1_000] {
        let found = places.within(&Shape::Around { centre, metres }).await;
        let want = all.iter().filter(|p| {
            let at = [f64::from(p.lon_e6) / 1e6, f64::from(p.lat_e6) / 1e6];
            distance_mm(centre, at) <= i64::from(metres) * 1_000
        });
        assert_eq!(found.unwrap(), want.cloned().collect::<Vec<_>>());
    }
}

/// Against every place asked one by one: the search in between loses nobody.
#[test]
fn no_index_loses_a_place() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (_dir, store) = place();
    let places = runtime.block_on(Places::open(&store)).unwrap();
    // A coarse grid, so that places often lie exactly on corners and edges.
    let on_grid = || (0i32..40, 0i32..40);
    let asked = (
        prop::collection::vec(on_grid(), 1..120),
        prop::collection::vec(on_grid(), 3..7),
        on_grid(),
        0u32..40_000,
    );
    let degrees = |(x, y): (i32, i32)| (120.8 + f64::from(x) / 100.0, 29.3 + f64::from(y) / 100.0);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(24));
    let held = runner.run(&asked, |(points, corners, centre, metres)| {
        let spots = points.iter().enumerate();
        let spots = spots.map(|(n, (x, y))| {
            place_at(n as u32, 120_800_000 + x * 10_000, 29_300_000 + y * 10_000)
        });
        let all: Vec<Spot> = spots.collect();
        let corners: Vec<(f64, f64)> = corners.into_iter().map(degrees).collect();
        let (x, y) = degrees(centre);
        let around = Shape::Around {
            centre: [x, y],
            metres,
        };
        runtime.block_on(async {
            places.replace(&all).await.unwrap();
            for shape in [polygon(&corners), around] {
                let found = places.within(&shape).await.unwrap();
                let want: Vec<Spot> = all.iter().filter(|p| shape.holds(p)).cloned().collect();
                prop_assert_eq!(found, want);
            }
            Ok(())
        })
    });
    held.unwrap();
}
