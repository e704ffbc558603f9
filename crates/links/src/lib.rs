//! Talks to machines: MQTT front door, HTTP intake, the playing client.
