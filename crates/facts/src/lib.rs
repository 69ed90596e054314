//! Facts about customers as columns with an as-of, and three-valued conditions over them.
