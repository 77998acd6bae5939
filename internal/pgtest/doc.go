// Package pgtest runs the tests of package pgstore against a real PostgreSQL. It is
// a module of its own, so that the database driver is no dependency of the one that
// users import.
//
//	go -C internal/pgtest test ./...
package pgtest
