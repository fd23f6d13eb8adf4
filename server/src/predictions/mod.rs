//! The predictions room.
