//! Talks to people: HTTP, WebSocket, logins, the web client.
