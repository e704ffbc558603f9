//! Simulated stations, responders, faults and the demonstration county.
//!
//! Everything here is invented and says so. It drives the product through the doors that real
//! stations and people use, and never reaches into a running one.

pub mod county;
pub mod flood;
pub mod noise;
mod orders;
pub mod people;
pub mod place;
mod points;
pub mod rivers;
pub mod site_folder;
pub mod storm;
pub mod weather;
