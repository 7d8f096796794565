"""The tests are a package, found before those that some libraries install under the same name."""
