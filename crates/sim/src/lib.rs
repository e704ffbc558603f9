//! Simulated stations, responders, faults and the demonstration county.
//!
//! Everything here is invented and says so. It drives the product through the doors that real
//! stations and people use, and never reaches into a running one.

mod areas;
pub mod bench;
pub mod client;
pub mod county;
pub mod faults;
pub mod flood;
pub mod gateways;
pub mod noise;
pub mod officer;
mod orders;
pub mod pace;
pub mod people;
pub mod photo;
pub mod place;
pub mod play;
mod points;
mod posts;
pub mod responders;
pub mod rivers;
mod rule_files;
pub mod site_folder;
pub mod stations;
pub mod storm;
pub mod weather;
