# Recipes for people; `.ci/run` is what a change must pass.

# List the recipes.
default:
    @just --list

# Build, write the demo shop and its report.
demo:
    cargo build --release --bin naata
    target/release/naata demo demo-shop --force
    target/release/naata report -p demo-shop -o demo-shop/report.html

# The whole test suite.
test:
    cargo test --workspace

# Everything CI runs.
ci:
    .ci/run

# Write what came out into the cases of the suite; look at the diff before committing it.
bless:
    NAATA_BLESS=1 cargo test -p naata-cli --test it -- suite page_of

# Format and lint.
tidy:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# Licences, advisories and sources of dependencies (needs cargo-deny).
deny:
    cargo deny check
