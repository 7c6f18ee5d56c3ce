//! The verbs, end to end: the real binary, run on projects in temporary folders.

mod accept;
mod backup;
mod below_http;
mod claims;
mod connect;
mod controls;
mod doctor;
mod falsify;
mod forge;
mod history;
mod init;
mod interrupt;
mod languages;
mod main_job;
mod mistakes;
mod promises;
mod published;
mod reproducible;
mod retract;
mod reuse;
mod seam;
mod suspect;
mod terminal;
mod theme;
mod waivers;
