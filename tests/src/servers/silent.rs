//! A port that accepts connections and never says a word, as a hung server does. No process.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
};

/// Silent until dropped.
#[derive(Debug)]
pub struct Silent(TcpListener);

impl Silent {
    /// The system completes connections before anybody accepts them, and nobody does.
    pub fn listen() -> io::Result<Self> {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map(Self)
    }

    pub fn port(&self) -> io::Result<u16> {
        Ok(self.0.local_addr()?.port())
    }
}
