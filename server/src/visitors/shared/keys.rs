use app::{
    domain::{ViewerId, hex},
    port::VisitorId,
};

use crate::link::Redis;

/// Names of one visitor's keys.
pub(super) struct Keys<'a> {
    redis: &'a Redis,
    visitor: String,
}

impl<'a> Keys<'a> {
    pub(super) fn of(redis: &'a Redis, visitor: VisitorId) -> Self {
        Self { redis, visitor: hex(&visitor.0) }
    }

    /// Hash of what was rated: from film to half stars and when.
    pub(super) fn ratings(&self, shoes: Option<ViewerId>) -> String {
        self.in_shoes('r', shoes)
    }

    /// Hash of marks: from mark and film to when.
    pub(super) fn marks(&self, shoes: Option<ViewerId>) -> String {
        self.in_shoes('m', shoes)
    }

    /// Hash of the viewers in whose shoes the visitor has said anything.
    pub(super) fn shoes(&self) -> String {
        self.alone('s')
    }

    /// Hash of films of the library that the catalogue does not have.
    pub(super) fn others(&self) -> String {
        self.alone('o')
    }

    /// What says that a visitor was forgotten.
    pub(super) fn forgotten(&self) -> String {
        self.alone('f')
    }

    /// How the profile ended.
    pub(super) fn end(&self) -> String {
        self.alone('h')
    }

    fn alone(&self, kind: char) -> String {
        self.redis.key(format_args!("{kind}:{}", self.visitor))
    }

    fn in_shoes(&self, kind: char, shoes: Option<ViewerId>) -> String {
        let viewer = shoes.map_or(0, |viewer| viewer.0);
        self.redis.key(format_args!("{kind}:{}:{viewer}", self.visitor))
    }
}
