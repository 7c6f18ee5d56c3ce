//! The fields of a GraphQL schema that operations begin with, and those that an operation begins with
//! (GraphQL specification, sections 2 and 3).

pub mod operation;
pub mod schema;
