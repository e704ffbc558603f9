//! Distances on the ground, the same bits on every machine.

/// Mean radius of the earth in metres (IUGG).
const EARTH_M: f64 = 6_371_008.8;

/// Great-circle distance in whole millimetres between two points in degrees (haversine).
pub fn distance_mm(a: [f64; 2], b: [f64; 2]) -> i64 {
    let (lat_a, lat_b) = (a[1].to_radians(), b[1].to_radians());
    let half_lat = libm::sin((lat_b - lat_a) / 2.0);
    let half_lon = libm::sin((b[0] - a[0]).to_radians() / 2.0);
    let chord = half_lat * half_lat + libm::cos(lat_a) * libm::cos(lat_b) * half_lon * half_lon;
    libm::round(2.0 * EARTH_M * libm::asin(libm::sqrt(chord)) * 1000.0) as i64
}
