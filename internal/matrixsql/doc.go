// Package matrixsql holds the store of matrixbot beside those of mautrix: the same checks of
// what a store of encryption keys must do, played on mautrix's SQL store, and benchmarks that
// compare the two, and the one in memory.
//
// It is a module of its own so that SQLite stays out of the module that users import. Run it
// with
//
//	go -C internal/matrixsql test -tags goolm ./...
//	go -C internal/matrixsql test -tags goolm -run='^$' -bench=. -benchtime=7x .
//
// The second line plays seven rounds, each with every store in turn, and reports the ratios of
// the medians.
package matrixsql
