//! The instruments over real sockets.
