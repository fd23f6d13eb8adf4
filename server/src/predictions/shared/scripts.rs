//! The steps of a prediction's life in Redis: each is one script, and so happens whole or not at all.

use std::sync::LazyLock;

use redis::{Script, ScriptInvocation};

use crate::link::Redis;

macro_rules! step {
    ($(#[$about:meta])* $name:ident, $file:literal) => {
        $(#[$about])*
        pub static $name: Step = Step(LazyLock::new(|| {
            Script::new(concat!(
                include_str!("scripts/common.lua"),
                "\nlocal function step()\n",
                include_str!(concat!("scripts/", $file)),
                "\nend\nlocal answer = step()\nsettle()\nreturn answer"
            ))
        }));
    };
}

/// A script that is sent once and then called by its hash.
pub struct Step(LazyLock<Script>);

impl Step {
    /// The call, to which arguments are added.
    pub fn on(&'static self, redis: &Redis) -> ScriptInvocation<'static> {
        let mut call = self.0.key(redis.key("jobs"));
        call.arg(redis.prefix());
        call
    }
}

step!(/** Joins an equal computation, begins one, or refuses. */ SUBMIT, "submit.lua");
step!(/** Where a prediction stands. */ LOOK, "look.lua");
step!(/** A holder waits no more. */ RELEASE, "release.lua");
step!(/** All serve the same catalogue. */ AGREE, "agree.lua");
step!(/** A worker begins what it was given. */ BEGIN, "begin.lua");
step!(/** A worker takes over what another held. */ TAKE_OVER, "take_over.lua");
step!(/** A worker says that it still computes. */ RENEW, "renew.lua");
step!(/** A worker is done. */ COMPLETE, "complete.lua");
step!(/** What waited too long fails. */ SWEEP, "sweep.lua");
step!(/** How many workers were heard of lately. */ WORKERS, "workers.lua");
step!(/** What the last minutes were like. */ ACTIVITY, "activity.lua");
step!(/** Names of workers that are gone are removed. */ LEAVE, "leave.lua");
