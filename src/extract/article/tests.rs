//! Pages of invented agencies, and what is read from them.
